// Gradients of a data-parallel step: their mean over all ranks, sent while backward still runs.
//
// Parameters are dealt into buckets in reverse order, which is about the order in which their gradients are ready.
// A hook on each parameter's gradient accumulator copies the gradient into its bucket; a full bucket is reduced at
// once, in the background (Li et al. 2020, arXiv 2006.15704, section 3.2). Buckets leave in the same order on every
// rank, since collectives are told apart by nothing else.
#pragma once

#include "group.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

namespace synray {

class Reducer {
  using Accumulator = decltype(torch::autograd::impl::grad_accumulator(std::declval<const at::Tensor&>()));

  struct Entry {
    at::Tensor parameter;
    Accumulator accumulator;  // kept alive: autograd itself holds it weakly
    uintptr_t hook = 0;
    size_t bucket = 0;
    int64_t offset = 0;
    bool ready = false;
  };

  /** Gradients one after another, then a number for each that is 1 where this rank has a gradient. */
  struct Bucket {
    std::vector<size_t> entries;
    int64_t elements = 0;
    size_t missing = 0;
    at::Tensor flat;
    std::vector<Work> works;
  };

  struct Hook : torch::autograd::FunctionPostHook {
    Reducer* reducer;
    size_t entry;
    Hook(Reducer* reducer, size_t entry) : reducer(reducer), entry(entry) {}
    torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                              const torch::autograd::variable_list&) override {
      reducer->arrived(entry);
      return outputs;
    }
  };

 public:
  /** @param parameters - Leaves that require a gradient, in the same order on all ranks. */
  Reducer(std::shared_ptr<Group> group, const std::vector<at::Tensor>& parameters, int64_t bucket_bytes)
      : group_(std::move(group)) {
    for (size_t index = parameters.size(); index-- > 0;) {
      const at::Tensor& parameter = parameters[index];
      if (!parameter.defined() || !parameter.is_leaf() || !parameter.requires_grad())
        fail("gradients are exchanged for leaves that require a gradient");
      if (buckets_.empty() || !fits(buckets_.back(), parameter, bucket_bytes)) buckets_.emplace_back();
      Bucket& bucket = buckets_.back();
      entries_.emplace_back();
      Entry& entry = entries_.back();
      entry.parameter = parameter;
      entry.bucket = buckets_.size() - 1;
      entry.offset = bucket.elements;
      bucket.entries.push_back(entries_.size() - 1);
      bucket.elements += parameter.numel();
    }
    for (Bucket& bucket : buckets_)
      bucket.flat = at::zeros({bucket.elements + static_cast<int64_t>(bucket.entries.size())},
                              entries_[bucket.entries[0]].parameter.options().requires_grad(false));
    for (size_t index = 0; index < entries_.size(); index++) {
      Entry& entry = entries_[index];
      entry.accumulator = torch::autograd::impl::grad_accumulator(entry.parameter);
      entry.hook = entry.accumulator->add_post_hook(std::make_unique<Hook>(this, index));
    }
  }

  Reducer(const Reducer&) = delete;

  ~Reducer() {
    for (Entry& entry : entries_)
      if (entry.accumulator) entry.accumulator->del_post_hook(entry.hook);
  }

  size_t buckets() const { return buckets_.size(); }

  /** From now to `finish`, gradients that become ready are sent. Only the last backward of a step is for this. */
  void begin() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (Entry& entry : entries_) entry.ready = false;
    for (Bucket& bucket : buckets_) {
      bucket.missing = bucket.entries.size();
      bucket.works.clear();
    }
    next_ = 0;
    armed_ = true;
  }

  /** Sends what is left, waits for all, and makes every gradient the mean over the ranks. */
  void finish() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!armed_) fail("finish comes after begin");
    armed_ = false;
    at::NoGradGuard guard;
    for (size_t index = 0; index < entries_.size(); index++) {
      Entry& entry = entries_[index];
      if (entry.ready) continue;
      // Not reached by this backward: an earlier one of the step may have left a gradient all the same.
      if (entry.parameter.grad().defined()) fill(index, entry.parameter.grad());
      else fill(index, at::Tensor());
    }
    while (next_ < buckets_.size()) launch(buckets_[next_++]);
    for (Bucket& bucket : buckets_) {
      for (Work& work : bucket.works) group_->wait(work);
      bucket.works.clear();
      bucket.flat.div_(group_->size);
      for (size_t place = 0; place < bucket.entries.size(); place++) copy_back(bucket, place);
    }
  }

 private:
  bool fits(const Bucket& bucket, const at::Tensor& parameter, int64_t bytes) const {
    const at::Tensor& first = entries_[bucket.entries[0]].parameter;
    return first.scalar_type() == parameter.scalar_type() && first.device() == parameter.device() &&
           (bucket.elements + parameter.numel()) * static_cast<int64_t>(parameter.element_size()) <= bytes;
  }

  at::Tensor part(const Entry& entry) {
    return buckets_[entry.bucket].flat.narrow(0, entry.offset, entry.parameter.numel()).view(entry.parameter.sizes());
  }

  at::Tensor flag(const Bucket& bucket, size_t place) {
    return bucket.flat.narrow(0, bucket.elements + static_cast<int64_t>(place), 1);
  }

  size_t place_of(const Bucket& bucket, size_t index) const { return index - bucket.entries[0]; }

  /** Called by autograd, on the thread of the parameter's device. */
  void arrived(size_t index) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!armed_) return;
    Entry& entry = entries_[index];
    if (entry.ready) fail("two backward passes ran between begin and finish: begin before the last one only");
    at::NoGradGuard guard;
    fill(index, entry.parameter.grad());
    while (next_ < buckets_.size() && buckets_[next_].missing == 0) launch(buckets_[next_++]);
  }

  void fill(size_t index, const at::Tensor& gradient) {
    Entry& entry = entries_[index];
    Bucket& bucket = buckets_[entry.bucket];
    if (gradient.defined()) {
      if (gradient.is_sparse()) fail("a gradient is sparse: only dense gradients are exchanged");
      part(entry).copy_(gradient);
      flag(bucket, place_of(bucket, index)).fill_(1);
    } else {
      part(entry).zero_();
      flag(bucket, place_of(bucket, index)).zero_();
    }
    entry.ready = gradient.defined();
    bucket.missing--;
  }

  void launch(Bucket& bucket) { bucket.works.push_back(group_->all_reduce(bucket.flat, c10d::ReduceOp::SUM)); }

  void copy_back(Bucket& bucket, size_t place) {
    Entry& entry = entries_[bucket.entries[place]];
    // What no rank reached has no gradient on any, as on a single rank. (On a GPU only such a one is waited for.)
    if (!entry.ready && flag(bucket, place).item().toDouble() == 0) return;
    at::Tensor& gradient = entry.parameter.mutable_grad();
    if (gradient.defined()) gradient.copy_(part(entry));
    else gradient = part(entry).clone();
  }

  std::shared_ptr<Group> group_;
  std::vector<Entry> entries_;
  std::vector<Bucket> buckets_;
  std::mutex mutex_;
  size_t next_ = 0;
  bool armed_ = false;
};

}  // namespace synray
