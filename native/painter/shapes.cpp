// Bars and ellipsoids as the beam sees them.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"

namespace painter {
namespace {

/** The columns of each row that were drawn on. */
struct Touched {
  int top, bottom;
  std::vector<int> first, last;

  void begin(int size) {
    if (static_cast<int>(first.size()) != size) {
      first.assign(size, size);
      last.assign(size, -1);
    }
    top = size;
    bottom = -1;
  }

  void rows(int from, int to) {
    top = std::min(top, from);
    bottom = std::max(bottom, to);
  }

  void columns(int row, int from, int to) {
    first[row] = std::min(first[row], from);
    last[row] = std::max(last[row], to);
  }
};

thread_local Touched touched;

/** A whole number within bounds, also of what is far out or no number. */
int pixelAt(double place, int least, int most) {
  return place > least ? place < most ? static_cast<int>(place) : most : least;
}

/** A bar in the frame of its first end, in fractions of the side. */
struct Bar {
  float dx, dy, scale, r0, growth, finest, gain, shell, marrow;
  bool thin;
};

/** Thin bars are widened to what a pixel can show and keep their area. */
WIDE void thinRow(const Bar& bar, float x0, float py, float pixel, int from, int to, float* row) {
  const float finest2 = bar.finest * bar.finest;
  const float gain = 2 * bar.gain / finest2;
  for (int column = from; column <= to; column++) {
    const float px = (static_cast<float>(column) + 0.5f) * pixel - x0;
    const float along = clamp01((px * bar.dx + py * bar.dy) * bar.scale);
    const float ex = px - along * bar.dx;
    const float ey = py - along * bar.dy;
    const float room = finest2 - (ex * ex + ey * ey);
    const float radius = bar.r0 + bar.growth * along;
    const float value = gain * radius * radius * std::sqrt(room > 0 ? room : 0);
    row[column] = value > row[column] ? value : row[column];
  }
}

WIDE void thickRow(const Bar& bar, float x0, float py, float pixel, int from, int to, float* row) {
  const float perFinest = 1 / (bar.finest * bar.finest);
  for (int column = from; column <= to; column++) {
    const float px = (static_cast<float>(column) + 0.5f) * pixel - x0;
    const float along = clamp01((px * bar.dx + py * bar.dy) * bar.scale);
    const float ex = px - along * bar.dx;
    const float ey = py - along * bar.dy;
    const float off = ex * ex + ey * ey;
    const float radius = bar.r0 + bar.growth * along;
    const float drawn = radius > bar.finest ? radius : bar.finest;
    const float room = drawn * drawn - off;
    const float chord = std::sqrt(room > 0 ? room : 0);
    const float kept = radius < bar.finest ? chord * (radius * radius * perFinest) : chord;
    const float value = 2 * bar.gain * kept;
    row[column] = value > row[column] ? value : row[column];
  }
}

/** With a wall of this thickness, the inside emptied but for `marrow` of it. */
WIDE void hollowRow(const Bar& bar, float x0, float py, float pixel, int from, int to, float* row) {
  const float perFinest = 1 / (bar.finest * bar.finest);
  const float emptied = 1 - bar.marrow;
  for (int column = from; column <= to; column++) {
    const float px = (static_cast<float>(column) + 0.5f) * pixel - x0;
    const float along = clamp01((px * bar.dx + py * bar.dy) * bar.scale);
    const float ex = px - along * bar.dx;
    const float ey = py - along * bar.dy;
    const float off = ex * ex + ey * ey;
    const float radius = bar.r0 + bar.growth * along;
    const float drawn = radius > bar.finest ? radius : bar.finest;
    const float room = drawn * drawn - off;
    const float chord = std::sqrt(room > 0 ? room : 0);
    const float hole = drawn > bar.shell ? drawn - bar.shell : 0;
    const float inner = hole * hole - off;
    const float hollow = chord - emptied * std::sqrt(inner > 0 ? inner : 0);
    const float kept = radius < bar.finest ? chord * (radius * radius * perFinest) : hollow;
    const float value = 2 * bar.gain * (room > 0 ? kept : 0);
    row[column] = value > row[column] ? value : row[column];
  }
}

void drawBar(const double* numbers, int size, float* scratch) {
  const double x0 = numbers[1], y0 = numbers[2], r0 = numbers[3], x1 = numbers[4], y1 = numbers[5], r1 = numbers[6];
  const double gain = numbers[7], shell = numbers[8], marrow = numbers[9];
  const double finest = 0.75 / size;
  const double widest = std::max({r0, r1, finest});
  const int left = pixelAt(std::floor((std::min(x0, x1) - widest) * size - 0.5), 0, size);
  const int right = pixelAt(std::ceil((std::max(x0, x1) + widest) * size - 0.5), -1, size - 1);
  const int top = pixelAt(std::floor((std::min(y0, y1) - widest) * size - 0.5), 0, size);
  const int bottom = pixelAt(std::ceil((std::max(y0, y1) + widest) * size - 0.5), -1, size - 1);
  if (left > right || top > bottom) return;
  touched.rows(top, bottom);
  const double dx = x1 - x0, dy = y1 - y0;
  const double squared = dx * dx + dy * dy;
  const double length = std::sqrt(squared);
  const Bar bar{static_cast<float>(dx),
                static_cast<float>(dy),
                static_cast<float>(squared > 1e-12 ? 1 / squared : 0),
                static_cast<float>(r0),
                static_cast<float>(r1 - r0),
                static_cast<float>(finest),
                static_cast<float>(gain),
                static_cast<float>(shell),
                static_cast<float>(marrow),
                r0 <= finest && r1 <= finest};
  const double pixel = 1.0 / size;
  for (int row = top; row <= bottom; row++) {
    const double py = (row + 0.5) * pixel - y0;
    double low = left * pixel - x0;
    double high = (right + 1) * pixel - x0;
    if (dy != 0) {
      // Only the part of the bar that is within reach of this row can touch it, and only where the row is within
      // reach of the line through both ends.
      const double one = (py - widest) / dy, other = (py + widest) / dy;
      const double start = std::max(std::min(one, other), 0.0);
      const double end = std::min(std::max(one, other), 1.0);
      if (start > end) continue;
      const double middle = (py * dx) / dy;
      const double reach = std::abs((widest * length) / dy);
      low = std::max(dx > 0 ? start * dx - widest : end * dx - widest, middle - reach);
      high = std::min(dx > 0 ? end * dx + widest : start * dx + widest, middle + reach);
    }
    const int from = pixelAt(std::floor((low + x0) * size - 0.5), left, right + 1);
    const int to = pixelAt(std::ceil((high + x0) * size - 0.5), left - 1, right);
    if (from > to) continue;
    touched.columns(row, from, to);
    const auto draw = bar.thin ? thinRow : bar.shell > 0 ? hollowRow : thickRow;
    draw(bar, static_cast<float>(x0), static_cast<float>(py), static_cast<float>(pixel), from, to,
         scratch + static_cast<size_t>(row) * size);
  }
}

struct Ball {
  float cosine, sine, perX, perY, depth;
};

/** 1 − ρ² of each pixel of a row, 0 outside. */
WIDE void roomOfRow(const Ball& ball, float x, float py, float pixel, int from, int to, float* room) {
  for (int column = from; column <= to; column++) {
    const float px = (static_cast<float>(column) + 0.5f) * pixel - x;
    const float u = (px * ball.cosine + py * ball.sine) * ball.perX;
    const float v = (py * ball.cosine - px * ball.sine) * ball.perY;
    const float left = 1 - u * u - v * v;
    room[column] = left > 0 ? left : 0;
  }
}

WIDE void rootRow(const float* room, float depth, int from, int to, float* row) {
  for (int column = from; column <= to; column++) {
    const float value = depth * std::sqrt(room[column]);
    row[column] = value > row[column] ? value : row[column];
  }
}

/** A power from a table over √(1 − ρ²), in which powers from 0.5 on are nearly straight. */
WIDE void tableRow(const float* room, const float* powers, float depth, int from, int to, float* row) {
  for (int column = from; column <= to; column++) {
    const float place = 128 * std::sqrt(room[column]);
    const int step = static_cast<int>(place);
    const float low = powers[step];
    const float value = depth * (low + (powers[step + 1] - low) * (place - static_cast<float>(step)));
    row[column] = value > row[column] ? value : row[column];
  }
}

void drawEllipse(const double* numbers, int size, float* scratch) {
  const double x = numbers[1], y = numbers[2], rx = numbers[3], ry = numbers[4], depth = numbers[5];
  const double power = numbers[6], angle = numbers[7];
  const double reach = std::max({rx, ry, 1.0 / size});
  const int left = pixelAt(std::floor((x - reach) * size - 0.5), 0, size);
  const int right = pixelAt(std::ceil((x + reach) * size - 0.5), -1, size - 1);
  const int top = pixelAt(std::floor((y - reach) * size - 0.5), 0, size);
  const int bottom = pixelAt(std::ceil((y + reach) * size - 0.5), -1, size - 1);
  if (left > right || top > bottom) return;
  touched.rows(top, bottom);
  const double perX = 1 / std::max(rx, 0.7 / size), perY = 1 / std::max(ry, 0.7 / size);
  const Ball ball{static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)), static_cast<float>(perX),
                  static_cast<float>(perY), static_cast<float>(depth * rx * ry * perX * perY)};
  thread_local std::vector<float> room;
  if (static_cast<int>(room.size()) < size) room.resize(size);
  // A table pays where there are more pixels than it has places.
  const bool isRead = power > 0.5 && (right - left) * (bottom - top) > 400;
  float powers[130];
  if (isRead)
    for (int step = 0; step < 130; step++) powers[step] = static_cast<float>(std::pow(step / 128.0, 2 * power));
  const double pixel = 1.0 / size;
  for (int row = top; row <= bottom; row++) {
    float* line = scratch + static_cast<size_t>(row) * size;
    roomOfRow(ball, static_cast<float>(x), static_cast<float>((row + 0.5) * pixel - y), static_cast<float>(pixel), left,
              right, room.data());
    int from = left, to = right;
    while (from <= to && room[from] == 0) from++;
    while (to > from && room[to] == 0) to--;
    if (from > to) continue;
    touched.columns(row, from, to);
    if (power == 0.5)
      rootRow(room.data(), ball.depth, from, to, line);
    else if (isRead)
      tableRow(room.data(), powers, ball.depth, from, to, line);
    else
      for (int column = from; column <= to; column++) {
        // In double, whose last bits the system's library may round differently, and then to single.
        const float value = ball.depth * static_cast<float>(std::pow(static_cast<double>(room[column]), power));
        if (room[column] > 0 && value > line[column]) line[column] = value;
      }
  }
}

WIDE void addRow(float* scratch, float* target, int count) {
  for (int at = 0; at < count; at++) {
    target[at] += scratch[at];
    scratch[at] = 0;
  }
}

WIDE void addRowWithin(float* scratch, float* target, const float* limit, int count) {
  for (int at = 0; at < count; at++) {
    // What was not drawn stays as it is, also where the limit is below 0.
    const float kept = scratch[at] > limit[at] ? limit[at] : scratch[at];
    target[at] += scratch[at] == 0 ? 0 : kept;
    scratch[at] = 0;
  }
}

}  // namespace

void drawShapes(const double* shapes, int count, int size, float* scratch, float* target, const float* limit) {
  touched.begin(size);
  for (int shape = 0; shape < count; shape++) {
    const double* numbers = shapes + static_cast<size_t>(shape) * kShapeNumbers;
    if (!std::all_of(numbers, numbers + kShapeNumbers, [](double number) { return std::isfinite(number); })) continue;
    if (numbers[0] == 0)
      drawBar(numbers, size, scratch);
    else
      drawEllipse(numbers, size, scratch);
  }
  for (int row = touched.top; row <= touched.bottom; row++) {
    const int from = touched.first[row], to = touched.last[row];
    touched.first[row] = size;
    touched.last[row] = -1;
    if (from > to) continue;
    const size_t start = static_cast<size_t>(row) * size + from;
    if (limit == nullptr)
      addRow(scratch + start, target + start, to - from + 1);
    else
      addRowWithin(scratch + start, target + start, limit + start, to - from + 1);
  }
}

}  // namespace painter
