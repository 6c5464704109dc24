// A group of processes that train together, over c10d: a store to find each other, Gloo for tensors in main memory
// (and for all where there is no NCCL), NCCL for tensors on GPUs.
#pragma once

#include "environment.h"

#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>

namespace synray {

#if TORCH_VERSION_MAJOR >= 2
using Collectives = c10d::Backend;
#else
using Collectives = c10d::ProcessGroup;
#endif

/** A collective under way. It keeps its tensors alive, whatever JavaScript does with them meanwhile. */
struct Work {
  c10::intrusive_ptr<c10d::Work> work;
  at::Tensor tensor;
  int divide_by = 1;
};

struct Group {
  int rank = 0;
  int size = 1;
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<Collectives> gloo;
  c10::intrusive_ptr<Collectives> nccl;

  Collectives& for_device(const at::Tensor& tensor) { return tensor.is_cuda() && nccl ? *nccl : *gloo; }

  // One tensor a collective: with several, Gloo would reduce over them as well.
  Work all_reduce(const at::Tensor& tensor, c10d::ReduceOp::RedOpType operation) {
    if (!tensor.is_contiguous()) fail("a tensor that is reduced in place must be contiguous");
    c10d::AllreduceOptions options;
    options.reduceOp = operation;
    std::vector<at::Tensor> list{tensor};
    return {for_device(tensor).allreduce(list, options), tensor};
  }

  Work broadcast(const at::Tensor& tensor, int root) {
    if (!tensor.is_contiguous()) fail("a tensor that is broadcast must be contiguous");
    c10d::BroadcastOptions options;
    options.rootRank = root;
    std::vector<at::Tensor> list{tensor};
    return {for_device(tensor).broadcast(list, options), tensor};
  }

  /** @param outputs - Filled with one tensor a rank, of the shape of `tensor`. */
  Work all_gather(const at::Tensor& tensor, std::vector<at::Tensor>& outputs) {
    std::vector<at::Tensor> inputs{tensor.contiguous()};
    for (int index = 0; index < size; index++) outputs.push_back(at::empty_like(inputs[0]));
    std::vector<std::vector<at::Tensor>> lists{outputs};
    return {for_device(tensor).allgather(lists, inputs), inputs[0]};
  }

  /** Blocks until the tensors may be used (for NCCL: until the stream knows to wait). Throws what went wrong. */
  void wait(Work& work) {
    work.work->wait();
    if (work.divide_by != 1) work.tensor.div_(work.divide_by);
  }
};

#ifdef SYNRAY_NCCL
/** In nccl.cpp: CUDA's headers are needed nowhere else. */
c10::intrusive_ptr<Collectives> nccl_collectives(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                                 std::chrono::milliseconds timeout);
#endif

}  // namespace synray
