// NCCL's collectives. Compiled only where libtorch has CUDA and the headers of CUDA and NCCL are there.
#define USE_C10D_NCCL
#include "group.h"

#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

namespace synray {

c10::intrusive_ptr<Collectives> nccl_collectives(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                                 std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
}

}  // namespace synray
