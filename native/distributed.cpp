// Training in several processes: the functions for JavaScript over group.h and reducer.h. What may take long runs on
// libuv's threads and gives a promise; inside a training step `wait` and `finish` block instead.

#include "reducer.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cstdlib>
#include <functional>

namespace synray {

struct Distributed {
  std::unordered_map<int64_t, std::shared_ptr<Group>> groups;
  std::unordered_map<int64_t, std::shared_ptr<std::vector<Work>>> works;
  // Declared last, so destroyed first: its hooks and works need the groups.
  std::unordered_map<int64_t, std::unique_ptr<Reducer>> reducers;
  int64_t last = 0;
};

namespace {

// ---------------------------------------------------------------------------------------------------------
// Promises

struct Task {
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  std::function<void()> run;                 // on a thread of libuv
  std::function<napi_value(napi_env)> done;  // on JavaScript's
  std::string fault;
  bool failed = false;
};

std::string message_of(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error == nullptr ? error.what() : torch_error->what_without_backtrace();
}

void execute(napi_env, void* data) {
  Task& task = *static_cast<Task*>(data);
  try {
    task.run();
  } catch (const std::exception& error) {
    task.failed = true;
    task.fault = message_of(error);
  } catch (...) {
    task.failed = true;
    task.fault = "an unknown C++ exception";
  }
}

void complete(napi_env env, napi_status status, void* data) {
  std::unique_ptr<Task> task(static_cast<Task*>(data));
  napi_delete_async_work(env, task->work);
  if (status != napi_ok && !task->failed) {
    task->failed = true;
    task->fault = "cancelled";
  }
  napi_value result = nullptr;
  if (!task->failed) {
    try {
      result = task->done(env);
    } catch (const std::exception& error) {
      task->failed = true;
      task->fault = message_of(error);
    }
  }
  if (!task->failed) {
    napi_resolve_deferred(env, task->deferred, result);
    return;
  }
  napi_value message, error;
  if (napi_create_string_utf8(env, task->fault.data(), task->fault.size(), &message) == napi_ok &&
      napi_create_error(env, nullptr, message, &error) == napi_ok)
    napi_reject_deferred(env, task->deferred, error);
}

napi_value later(const Call& call, std::function<void()> run, std::function<napi_value(napi_env)> done) {
  std::unique_ptr<Task> task(new Task());
  task->run = std::move(run);
  task->done = std::move(done);
  napi_value promise;
  check(napi_create_promise(call.env, &task->deferred, &promise));
  check(napi_create_async_work(call.env, nullptr, from(call.env, std::string("synray")), execute, complete, task.get(),
                               &task->work));
  check(napi_queue_async_work(call.env, task->work));
  task.release();
  return promise;
}

// ---------------------------------------------------------------------------------------------------------
// Groups

Distributed& distributed(const Call& call) {
  if (!call.state.distributed) call.state.distributed = std::make_shared<Distributed>();
  return *call.state.distributed;
}

const std::shared_ptr<Group>& group_at(const Call& call, size_t place) {
  const auto found = distributed(call).groups.find(whole(call.env, call.at(place)));
  if (found == distributed(call).groups.end()) fail("the process group was left already");
  return found->second;
}

c10::intrusive_ptr<Collectives> gloo_collectives(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                                 std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface != nullptr && *interface != '\0'
                                 ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                                 : c10d::ProcessGroupGloo::createDefaultDevice());
  options->threads = 2;
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
}

/**
 * joinGroup(host, port, rank, size, timeout in milliseconds, serve, prefix, nccl): a promise of the group's number.
 * The rank with `serve` holds the store at which the others meet; keys begin with `prefix`.
 */
napi_value join_group(const Call& call) {
  const std::string host = text(call.env, call.at(0));
  const int64_t port = whole(call.env, call.at(1));
  const int rank = static_cast<int>(whole(call.env, call.at(2)));
  const int size = static_cast<int>(whole(call.env, call.at(3)));
  const std::chrono::milliseconds timeout(whole(call.env, call.at(4)));
  const bool serve = truth(call.env, call.at(5));
  const std::string prefix = text(call.env, call.at(6));
  const bool nccl = truth(call.env, call.at(7));
  if (size < 1 || rank < 0 || rank >= size) fail("the rank is not below the number of ranks");
  if (port < 1 || port > 65535) fail("there is no port " + std::to_string(port));
#ifndef SYNRAY_NCCL
  if (nccl) fail("the bridge was built without NCCL");
#endif
  const auto group = std::make_shared<Group>();
  const std::shared_ptr<Distributed> owner = (distributed(call), call.state.distributed);
  const auto run = [=] {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = serve;
    options.numWorkers = static_cast<size_t>(size);
    options.timeout = timeout;
    c10::intrusive_ptr<c10d::Store> store = c10::make_intrusive<c10d::TCPStore>(host, options);
    store->setTimeout(timeout);
    group->rank = rank;
    group->size = size;
    group->store = c10::make_intrusive<c10d::PrefixStore>(prefix, store);
    group->gloo =
        gloo_collectives(c10::make_intrusive<c10d::PrefixStore>("gloo", group->store), rank, size, timeout);
#ifdef SYNRAY_NCCL
    if (nccl)
      group->nccl =
          nccl_collectives(c10::make_intrusive<c10d::PrefixStore>("nccl", group->store), rank, size, timeout);
#endif
  };
  return later(call, run, [owner, group](napi_env env) {
    owner->groups[++owner->last] = group;
    return from(env, owner->last);
  });
}

/** leaveGroup(group): a promise; sockets close, and whoever still waits for this rank gets an error. */
napi_value leave_group(const Call& call) {
  auto group = std::make_shared<std::shared_ptr<Group>>(group_at(call, 0));
  distributed(call).groups.erase(whole(call.env, call.at(0)));
  // Gloo waits for what is under way when it is destroyed, so that happens on another thread.
  return later(call, [group] { group->reset(); }, [](napi_env env) { return nothing(env); });
}

// ---------------------------------------------------------------------------------------------------------
// Collectives

napi_value remember(const Call& call, std::vector<Work> works) {
  Distributed& all = distributed(call);
  all.works[++all.last] = std::make_shared<std::vector<Work>>(std::move(works));
  return from(call.env, all.last);
}

/** allReduce(group, tensors, sum | mean | max | min): in place. Gives the number of the work. */
napi_value all_reduce(const Call& call) {
  const std::shared_ptr<Group>& group = group_at(call, 0);
  const std::string name = text(call.env, call.at(2));
  const bool mean = name == "mean";
  const auto operation = name == "max"   ? c10d::ReduceOp::MAX
                         : name == "min" ? c10d::ReduceOp::MIN
                                         : c10d::ReduceOp::SUM;
  std::vector<Work> works;
  for (const at::Tensor& tensor : tensors(call, call.at(1))) {
    works.push_back(group->all_reduce(tensor.detach(), operation));
    if (mean) works.back().divide_by = group->size;
  }
  return remember(call, std::move(works));
}

/** broadcast(group, tensors, root): in place. Gives the number of the work. */
napi_value broadcast(const Call& call) {
  const std::shared_ptr<Group>& group = group_at(call, 0);
  const int root = static_cast<int>(whole(call.env, call.at(2)));
  std::vector<Work> works;
  for (const at::Tensor& tensor : tensors(call, call.at(1))) works.push_back(group->broadcast(tensor.detach(), root));
  return remember(call, std::move(works));
}

/** allGather(group, tensor): [number of the work, one tensor a rank, to be filled]. */
napi_value all_gather(const Call& call) {
  const std::shared_ptr<Group>& group = group_at(call, 0);
  const at::Tensor tensor = call.state.get(number(call.env, call.at(1))).detach();
  std::vector<at::Tensor> outputs;
  std::vector<Work> works{group->all_gather(tensor, outputs)};
  napi_value result;
  check(napi_create_array_with_length(call.env, 2, &result));
  check(napi_set_element(call.env, result, 0, remember(call, std::move(works))));
  check(napi_set_element(call.env, result, 1, handles(call, outputs)));
  return result;
}

std::function<void()> waiting(const Call& call) {
  Distributed& all = distributed(call);
  const int64_t number = whole(call.env, call.at(1));
  const auto found = all.works.find(number);
  if (found == all.works.end()) fail("this work was waited for already");
  const auto works = found->second;
  all.works.erase(found);
  const std::shared_ptr<Group> group = group_at(call, 0);
  return [group, works] {
    at::NoGradGuard guard;
    for (Work& work : *works) group->wait(work);
  };
}

/** waitWork(group, work): blocks. */
napi_value wait_work(const Call& call) {
  waiting(call)();
  return nothing(call.env);
}

/** awaitWork(group, work): a promise. */
napi_value await_work(const Call& call) {
  return later(call, waiting(call), [](napi_env env) { return nothing(env); });
}

/** The sum over ranks, as part of the graph: its gradient is the sum over ranks of theirs. */
struct SumOverRanks : torch::autograd::Function<SumOverRanks> {
  struct Holder : torch::CustomClassHolder {
    std::shared_ptr<Group> group;
  };

  static at::Tensor sum(Group& group, const at::Tensor& values) {
    at::Tensor result = values.detach().clone(at::MemoryFormat::Contiguous);
    Work work = group.all_reduce(result, c10d::ReduceOp::SUM);
    group.wait(work);
    return result;
  }

  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values,
                            const std::shared_ptr<Group>& group) {
    auto holder = c10::make_intrusive<Holder>();
    holder->group = group;
    context->saved_data["group"] = c10::IValue::make_capsule(holder);
    return sum(*group, values);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto capsule = context->saved_data["group"].toCapsule();
    return {sum(*static_cast<Holder*>(capsule.get())->group, gradients[0]), at::Tensor()};
  }
};

/** sumOverRanks(group, tensor): blocks, and so does its backward. */
napi_value sum_over_ranks(const Call& call) {
  const std::shared_ptr<Group> group = group_at(call, 0);
  const at::Tensor tensor = call.state.get(number(call.env, call.at(1)));
  return from(call.env, call.state.add(SumOverRanks::apply(tensor, group)));
}

// ---------------------------------------------------------------------------------------------------------
// Gradients

Reducer& reducer_at(const Call& call) {
  const auto found = distributed(call).reducers.find(whole(call.env, call.at(0)));
  if (found == distributed(call).reducers.end()) fail("the reducer was dropped already");
  return *found->second;
}

/** makeReducer(group, parameters, bytes a bucket): its number. */
napi_value make_reducer(const Call& call) {
  Distributed& all = distributed(call);
  const std::shared_ptr<Group> group = group_at(call, 0);
  std::unique_ptr<Reducer> made(new Reducer(group, tensors(call, call.at(1)), whole(call.env, call.at(2))));
  all.reducers[++all.last] = std::move(made);
  return from(call.env, all.last);
}

napi_value bucket_count(const Call& call) {
  return from(call.env, static_cast<double>(reducer_at(call).buckets()));
}

napi_value begin_reducer(const Call& call) {
  reducer_at(call).begin();
  return nothing(call.env);
}

/** finishReducer(reducer): blocks. */
napi_value finish_reducer(const Call& call) {
  reducer_at(call).finish();
  return nothing(call.env);
}

napi_value drop_reducer(const Call& call) {
  distributed(call).reducers.erase(whole(call.env, call.at(0)));
  return nothing(call.env);
}

napi_value has_nccl(const Call& call) {
#ifdef SYNRAY_NCCL
  return from(call.env, true);
#else
  return from(call.env, false);
#endif
}

}  // namespace

void define_distributed(napi_env env, napi_value exports) {
  define<join_group>(env, exports, "joinGroup");
  define<leave_group>(env, exports, "leaveGroup");
  define<all_reduce>(env, exports, "allReduce");
  define<broadcast>(env, exports, "broadcast");
  define<all_gather>(env, exports, "allGather");
  define<wait_work>(env, exports, "waitWork");
  define<await_work>(env, exports, "awaitWork");
  define<sum_over_ranks>(env, exports, "sumOverRanks");
  define<make_reducer>(env, exports, "makeReducer");
  define<bucket_count>(env, exports, "bucketCount");
  define<begin_reducer>(env, exports, "beginReducer");
  define<finish_reducer>(env, exports, "finishReducer");
  define<drop_reducer>(env, exports, "dropReducer");
  define<has_nccl>(env, exports, "hasNccl");
}

}  // namespace synray
