// Blurs, means and straight lines between.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"

namespace painter {
namespace {

/** From this deviation on (pixels) half the rows and columns hold all that a blur leaves. */
constexpr double kCoarseFrom = 1.7;
/** Variance (pixels²) of means of 2 × 2 and of the straight lines between them. */
constexpr double kHalvingVariance = 0.25 + 2.0 / 3;

using Map = std::vector<float>;

struct Weights {
  float a, b, c, d;
};

WIDE void nearRow(const float* line, float* out, int size, Weights w) {
  for (int at = 0; at < size; at++)
    out[at] = w.a * line[at + 3] + w.b * (line[at + 2] + line[at + 4]) + w.c * (line[at + 1] + line[at + 5]) +
              w.d * (line[at] + line[at + 6]);
}

WIDE void nearColumns(const float* const* rows, float* out, int size, Weights w) {
  const float *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3], *r4 = rows[4], *r5 = rows[5], *r6 = rows[6];
  for (int at = 0; at < size; at++)
    out[at] = w.a * r3[at] + w.b * (r2[at] + r4[at]) + w.c * (r1[at] + r5[at]) + w.d * (r0[at] + r6[at]);
}

/** A blur of a variance below 2: three times the weights (r, 1, r), at once. */
void blurNear(float* map, int size, double variance) {
  const double r = variance / (6 - 2 * variance);
  const double scale = 1 / std::pow(1 + 2 * r, 3);
  const Weights w{static_cast<float>((1 + 6 * r * r) * scale), static_cast<float>((3 * r + 3 * r * r * r) * scale),
                  static_cast<float>(3 * r * r * scale), static_cast<float>(r * r * r * scale)};
  thread_local Map other, line;
  const size_t count = static_cast<size_t>(size) * size;
  if (other.size() < count) other.resize(count);
  if (line.size() < static_cast<size_t>(size) + 6) line.resize(size + 6);
  for (int row = 0; row < size; row++) {
    const float* from = map + static_cast<size_t>(row) * size;
    std::fill(line.begin(), line.begin() + 3, from[0]);
    std::copy(from, from + size, line.begin() + 3);
    std::fill(line.begin() + 3 + size, line.begin() + 6 + size, from[size - 1]);
    nearRow(line.data(), other.data() + static_cast<size_t>(row) * size, size, w);
  }
  for (int row = 0; row < size; row++) {
    const float* rows[7];
    for (int step = 0; step < 7; step++)
      rows[step] = other.data() + static_cast<size_t>(std::clamp(row + step - 3, 0, size - 1)) * size;
    nearColumns(rows, map + static_cast<size_t>(row) * size, size, w);
  }
}

/** Mean over 2 radius + 1 places of a line; the outermost count in part when the radius is not whole. */
void meanOfRow(const float* from, float* to, int size, double radius) {
  const int whole = static_cast<int>(radius);
  const double part = radius - whole;
  const double scale = 1 / (2 * radius + 1);
  const int last = size - 1;
  double sum = 0;
  for (int place = -whole; place <= whole; place++) sum += from[std::clamp(place, 0, last)];
  for (int place = 0; place < size; place++) {
    const double before = from[std::max(place - whole - 1, 0)];
    const double after = from[std::min(place + whole + 1, last)];
    to[place] = static_cast<float>((sum + part * (before + after)) * scale);
    sum += after - from[std::max(place - whole, 0)];
  }
}

WIDE void meanStep(double* sums, const float* before, const float* after, const float* leaving, float* out, int size,
                   double part, double scale) {
  for (int column = 0; column < size; column++) {
    const double next = after[column];
    out[column] = static_cast<float>((sums[column] + part * (before[column] + next)) * scale);
    sums[column] += next - leaving[column];
  }
}

void meanAlongColumns(const float* from, float* to, int size, double radius) {
  const int whole = static_cast<int>(radius);
  const double part = radius - whole;
  const double scale = 1 / (2 * radius + 1);
  thread_local std::vector<double> sums;
  sums.assign(size, 0);
  const auto line = [&](int row) { return from + static_cast<size_t>(std::clamp(row, 0, size - 1)) * size; };
  for (int row = -whole; row <= whole; row++) {
    const float* values = line(row);
    for (int column = 0; column < size; column++) sums[column] += values[column];
  }
  for (int row = 0; row < size; row++)
    meanStep(sums.data(), line(row - whole - 1), line(row + whole + 1), line(row - whole),
             to + static_cast<size_t>(row) * size, size, part, scale);
}

WIDE void halve(const float* map, int size, float* grid) {
  const int half = size >> 1;
  for (int row = 0; row < half; row++) {
    const float* one = map + static_cast<size_t>(2 * row) * size;
    const float* other = one + size;
    float* out = grid + static_cast<size_t>(row) * half;
    for (int column = 0; column < half; column++)
      out[column] = 0.25f * (one[2 * column] + one[2 * column + 1] + other[2 * column] + other[2 * column + 1]);
  }
}

WIDE void mixRows(const float* top, const float* bottom, float part, int cells, float* line) {
  for (int cell = 0; cell < cells; cell++) line[cell] = top[cell] + (bottom[cell] - top[cell]) * part;
}

WIDE void alongRow(const float* line, const int* start, const float* part, int size, float* out) {
  for (int column = 0; column < size; column++) {
    const float value = line[start[column]];
    out[column] = value + (line[start[column] + 1] - value) * part[column];
  }
}

}  // namespace

void coarsen(const float* map, int size, int cells, float ceiling, float* grid) {
  if (2 * cells == size && std::isinf(ceiling)) return halve(map, size, grid);
  thread_local std::vector<int> cellOf;
  thread_local std::vector<float> counts;
  cellOf.resize(size);
  counts.assign(cells, 0);
  for (int place = 0; place < size; place++) {
    cellOf[place] = static_cast<int>(static_cast<int64_t>(place) * cells / size);
    counts[cellOf[place]]++;
  }
  std::fill(grid, grid + static_cast<size_t>(cells) * cells, 0.0f);
  for (int row = 0; row < size; row++) {
    float* line = grid + static_cast<size_t>(cellOf[row]) * cells;
    const float* values = map + static_cast<size_t>(row) * size;
    for (int column = 0; column < size; column++) line[cellOf[column]] += std::min(values[column], ceiling);
  }
  for (int row = 0; row < cells; row++)
    for (int column = 0; column < cells; column++)
      grid[static_cast<size_t>(row) * cells + column] /= counts[row] * counts[column];
}

void spread(const float* grid, int cells, int size, double middle, float* result) {
  const double scale = static_cast<double>(middle == 0 ? cells - 1 : cells) / size;
  thread_local std::vector<int> start;
  thread_local std::vector<float> part, line;
  start.resize(size);
  part.resize(size);
  line.resize(cells);
  for (int place = 0; place < size; place++) {
    const double u = std::min(cells - 1.001, std::max(0.0, (place + 0.5) * scale - middle));
    start[place] = static_cast<int>(u);
    part[place] = static_cast<float>(u - start[place]);
  }
  for (int row = 0; row < size; row++) {
    // One row of the grid at the height of this row, then along it.
    const float* top = grid + static_cast<size_t>(start[row]) * cells;
    mixRows(top, top + cells, part[row], cells, line.data());
    alongRow(line.data(), start.data(), part.data(), size, result + static_cast<size_t>(row) * size);
  }
}

/** Blurs in place, close to a Gaussian of this deviation (pixels). Edges repeat. */
void blur(float* map, int size, double deviation) {
  if (!(deviation >= 0.15)) return;
  const double squared = deviation * deviation;
  const size_t count = static_cast<size_t>(size) * size;
  if (squared < 2) {
    blurNear(map, size, squared);
  } else if (deviation >= kCoarseFrom && size % 2 == 0 && size >= 128) {
    const int half = size >> 1;
    Map grid(count / 4);
    halve(map, size, grid.data());
    blur(grid.data(), half, std::sqrt((squared - kHalvingVariance) / 4));
    spread(grid.data(), half, size, 0.5, map);
  } else {
    // Three running means; their radius gives the wanted variance. Beyond the picture itself nothing changes.
    const double radius = std::min<double>((std::sqrt(4 * squared + 1) - 1) / 2, size);
    Map other(count);
    for (int pass = 0; pass < 3; pass++) {
      for (int row = 0; row < size; row++)
        meanOfRow(map + static_cast<size_t>(row) * size, other.data() + static_cast<size_t>(row) * size, size, radius);
      meanAlongColumns(other.data(), map, size, radius);
    }
  }
}

}  // namespace painter
