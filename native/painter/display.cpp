// From what the detector read to greys.
#include <algorithm>
#include <limits>

#include "kernels.h"

namespace painter {
namespace {

template <typename Grey>
INLINE void greys(const Display& display, size_t count, Grey* result) {
  const Display d = display;
  const float last = static_cast<float>(d.steps);
  for (size_t at = 0; at < count; at++) {
    const float value = d.reading[at];
    // Strong edges (skin, metal) are raised less than what is faint.
    const float part = value - d.middle[at];
    const float steep = part / d.softLimit;
    const float raised = (d.detail * part) / (1 + steep * steep) + d.gain * (value - d.fine[at]);
    float place = d.start + d.scale * (value - d.broad[at] + d.share[at] * raised);
    place = place > 0 ? place : 0;
    place = place < last ? place : last;
    const int step = static_cast<int>(place);
    const float grey = d.curve[step];
    // Rounded: grey values are never negative.
    const float exact = grey + (d.curve[step + 1] - grey) * (place - static_cast<float>(step));
    result[at] = static_cast<Grey>(static_cast<int>(exact + 0.5f));
  }
}

}  // namespace

WIDE void greys8(const Display& display, size_t count, uint8_t* result) { greys(display, count, result); }
WIDE void greys16(const Display& display, size_t count, uint16_t* result) { greys(display, count, result); }

void histogram(const float* reading, const float* broad, int size, int from, int to, uint32_t* bins, int binCount,
               double* range) {
  float lowest = std::numeric_limits<float>::infinity();
  float highest = -lowest;
  const auto each = [&](auto visit) {
    for (int row = from; row < to; row += 2)
      for (int column = from; column < to; column += 2) {
        const size_t at = static_cast<size_t>(row) * size + column;
        visit(reading[at] - broad[at]);
      }
  };
  each([&](float value) {
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  });
  const float width = highest > lowest ? (highest - lowest) / static_cast<float>(binCount) : 1;
  std::fill(bins, bins + binCount, 0u);
  each([&](float value) {
    const float bin = (value - lowest) / width;
    bins[bin > 0 ? std::min(binCount - 1, static_cast<int>(bin)) : 0]++;
  });
  range[0] = lowest;
  range[1] = highest;
}

}  // namespace painter
