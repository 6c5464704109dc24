// The memory of tensors on the CPU: freed blocks are kept by size and handed out again.
//
// A training step asks for the same sizes again and again. From malloc, large blocks go back to the kernel, which
// zeroes fresh pages at the next touch, and aligned blocks of changing sizes fragment the heap. Blocks of a
// megabyte and more are mapped on their own, on huge pages where the system lends them.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

namespace synray {

class BlockAllocator final : public c10::Allocator {
 public:
#if defined(SYNRAY_LIBTORCH_1)
  c10::DataPtr allocate(size_t bytes) const override { return const_cast<BlockAllocator*>(this)->make(bytes); }
#else
  c10::DataPtr allocate(size_t bytes) override { return make(bytes); }
  void copy_data(void* target, const void* source, std::size_t count) const override {
    std::memcpy(target, source, count);
  }
#endif

  c10::DeleterFnPtr raw_deleter() const override { return &BlockAllocator::free_block; }

  static BlockAllocator& instance() {
    // Never destroyed: tensors may be freed while the process ends.
    static BlockAllocator* allocator = new BlockAllocator();
    return *allocator;
  }

 private:
  // Before each block, in as many bytes as keep the block aligned to a cache line.
  struct Header {
    size_t bucket;
  };
  static constexpr size_t kHeader = 64;
  static constexpr size_t kMapped = size_t{1} << 20;
  static constexpr size_t kHugePage = size_t{2} << 20;
  static constexpr size_t kBuckets = 64 * 4;

  std::mutex mutex_;
  std::vector<char*> free_[kBuckets];
  size_t cached_ = 0;
  /** Most bytes that are kept for later: a quarter of the machine's memory. */
  const size_t limit_ = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) / 4 * static_cast<size_t>(sysconf(_SC_PAGESIZE));

  /** Four sizes to each doubling, so that at most a fifth of a block is unused. */
  static size_t bucket_of(size_t bytes) {
    size_t bucket = 0;
    while (size_of(bucket) < bytes) bucket += 4;
    while (bucket > 0 && size_of(bucket - 1) >= bytes) bucket--;
    return bucket;
  }
  static size_t size_of(size_t bucket) { return (size_t{64} << (bucket / 4)) / 4 * (4 + bucket % 4); }

  c10::DataPtr make(size_t bytes) {
    if (bytes == 0) return {nullptr, nullptr, &BlockAllocator::free_block, c10::Device(c10::DeviceType::CPU)};
    // Beyond what any machine has; also keeps the arithmetic below from overflowing.
    if (bytes > (size_t{1} << 46)) throw std::bad_alloc();
    const size_t bucket = bucket_of(bytes + kHeader);
    char* block = nullptr;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!free_[bucket].empty()) {
        block = free_[bucket].back();
        free_[bucket].pop_back();
        cached_ -= size_of(bucket);
      }
    }
    if (block == nullptr) block = fetch(bucket);
    if (block == nullptr) {
      trim();
      block = fetch(bucket);
    }
    if (block == nullptr) throw std::bad_alloc();
    reinterpret_cast<Header*>(block)->bucket = bucket;
    char* data = block + kHeader;
    return {data, data, &BlockAllocator::free_block, c10::Device(c10::DeviceType::CPU)};
  }

  static void free_block(void* data) {
    if (data != nullptr) instance().keep(static_cast<char*>(data) - kHeader);
  }

  void keep(char* block) {
    const size_t bucket = reinterpret_cast<Header*>(block)->bucket;
    bool full;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      free_[bucket].push_back(block);
      cached_ += size_of(bucket);
      full = cached_ > limit_;
    }
    if (full) trim();
  }

  /** Gives every kept block back to the system. */
  void trim() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t bucket = 0; bucket < kBuckets; bucket++) {
      for (char* block : free_[bucket]) give_back(block, bucket);
      free_[bucket].clear();
    }
    cached_ = 0;
  }

  static char* fetch(size_t bucket) {
    const size_t bytes = size_of(bucket);
    if (bytes < kMapped) {
      void* block = nullptr;
      return posix_memalign(&block, kHeader, bytes) == 0 ? static_cast<char*>(block) : nullptr;
    }
    // Room for one huge page more, so that the block can start at the boundary of one.
    void* mapped = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    char* start = static_cast<char*>(mapped);
    char* block = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(start) + kHugePage - 1) & ~(kHugePage - 1));
    if (block > start) munmap(start, static_cast<size_t>(block - start));
    char* end = block + bytes;
    if (end < start + bytes + kHugePage) munmap(end, static_cast<size_t>(start + bytes + kHugePage - end));
#if defined(MADV_HUGEPAGE)
    madvise(block, bytes, MADV_HUGEPAGE);
#endif
    return block;
  }

  static void give_back(char* block, size_t bucket) {
    if (size_of(bucket) < kMapped) std::free(block);
    else munmap(block, size_of(bucket));
  }
};

}  // namespace synray
