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
  double x0, dx, dy, length, widest;
  float px0, ex, ey, scale, r0, growth, finest, gain, shell, emptied;
  int left, right, top, bottom;
};

enum class Form {
  /** Thinner than what a pixel can show: widened, its area kept. */
  thin,
  full,
  /** With a wall, the inside emptied but for its marrow. */
  hollow,
};

/** Draws the rows of a bar. One loop for each form, so that none asks in each pixel which it is. */
template <Form form>
INLINE void drawRows(const Bar& given, double y0, int size, float* scratch, int* first, int* last) {
  const Bar bar = given;
  const double pixel = 1.0 / size;
  const float step = static_cast<float>(pixel);
  const float finest2 = bar.finest * bar.finest;
  const float perFinest = 1 / finest2;
  const float gain = form == Form::thin ? 2 * bar.gain * perFinest : 2 * bar.gain;
  for (int row = bar.top; row <= bar.bottom; row++) {
    const double py = (row + 0.5) * pixel - y0;
    double low = bar.left * pixel - bar.x0;
    double high = (bar.right + 1) * pixel - bar.x0;
    if (bar.dy != 0) {
      // Only the part of the bar that is within reach of this row can touch it, and only where the row is within
      // reach of the line through both ends.
      const double one = (py - bar.widest) / bar.dy, other = (py + bar.widest) / bar.dy;
      const double start = std::max(std::min(one, other), 0.0);
      const double end = std::min(std::max(one, other), 1.0);
      if (start > end) continue;
      const double middle = (py * bar.dx) / bar.dy;
      const double reach = std::abs((bar.widest * bar.length) / bar.dy);
      const double near = bar.dx > 0 ? start : end, far = bar.dx > 0 ? end : start;
      low = std::max(near * bar.dx - bar.widest, middle - reach);
      high = std::min(far * bar.dx + bar.widest, middle + reach);
    }
    // Cut off, and one column wider: what is out of reach adds nothing.
    const int from = pixelAt((low + bar.x0) * size - 1.5, bar.left, bar.right + 1);
    const int to = pixelAt((high + bar.x0) * size + 0.5, bar.left - 1, bar.right);
    if (from > to) continue;
    first[row] = std::min(first[row], from);
    last[row] = std::max(last[row], to);
    float* line = scratch + static_cast<size_t>(row) * size;
    const float y = static_cast<float>(py);
    for (int column = from; column <= to; column++) {
      const float px = (static_cast<float>(column) + 0.5f) * step - bar.px0;
      const float along = clamp01((px * bar.ex + y * bar.ey) * bar.scale);
      const float ex = px - along * bar.ex;
      const float ey = y - along * bar.ey;
      const float off = ex * ex + ey * ey;
      const float radius = bar.r0 + bar.growth * along;
      float value;
      if (form == Form::thin) {
        const float room = finest2 - off;
        value = gain * radius * radius * std::sqrt(room > 0 ? room : 0);
      } else {
        const float drawn = radius > bar.finest ? radius : bar.finest;
        const float room = drawn * drawn - off;
        const float chord = std::sqrt(room > 0 ? room : 0);
        float inside = chord;
        if (form == Form::hollow) {
          const float hole = drawn > bar.shell ? drawn - bar.shell : 0;
          const float inner = hole * hole - off;
          inside = chord - bar.emptied * std::sqrt(inner > 0 ? inner : 0);
        }
        value = gain * (radius < bar.finest ? chord * (radius * radius * perFinest) : inside);
      }
      line[column] = value > line[column] ? value : line[column];
    }
  }
}

WIDE void drawThin(const Bar& bar, double y0, int size, float* scratch, int* first, int* last) {
  drawRows<Form::thin>(bar, y0, size, scratch, first, last);
}
WIDE void drawFull(const Bar& bar, double y0, int size, float* scratch, int* first, int* last) {
  drawRows<Form::full>(bar, y0, size, scratch, first, last);
}
WIDE void drawHollow(const Bar& bar, double y0, int size, float* scratch, int* first, int* last) {
  drawRows<Form::hollow>(bar, y0, size, scratch, first, last);
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
  const auto single = [](double number) { return static_cast<float>(number); };
  const Bar bar{x0, dx, dy, std::sqrt(squared), widest,
                single(x0), single(dx), single(dy), single(squared > 1e-12 ? 1 / squared : 0), single(r0),
                single(r1 - r0), single(finest), single(gain), single(shell), single(1 - marrow),
                left, right, top, bottom};
  const auto draw = r0 <= finest && r1 <= finest ? drawThin : shell > 0 ? drawHollow : drawFull;
  draw(bar, y0, size, scratch, touched.first.data(), touched.last.data());
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
