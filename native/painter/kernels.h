// The painter's inner loops: each works on whole maps (size × size, f32, row by row) or on rows of them.
//
// Every loop gives the same bits on any processor: no fused multiply-add (-ffp-contract=off), no reordered sums, and
// only operations that IEEE 754 rounds exactly. So a picture does not depend on the machine that painted it.
#pragma once

#include <cstddef>
#include <cstdint>

// Compiled for several widths of vectors; the loader takes the widest that the processor has.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif
#define INLINE static inline __attribute__((always_inline))

namespace painter {

INLINE float clamp01(float value) {
  value = value < 0 ? 0 : value;
  return value > 1 ? 1 : value;
}

/** 0 below `low`, 1 above `high`, smooth between. */
INLINE float smoothStep(float low, float high, float value) {
  const float t = clamp01((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

/** Side of a noise field; it repeats without seams. */
constexpr int kNoiseSide = 512;

/** A place in a noise field. */
struct Noise {
  const float* field;
  float x, y, cosine, sine;
};

/** The field between its four nearest values; `step` is field cells in one side of the picture. */
INLINE float noiseAt(const Noise& noise, float x, float y, float step) {
  const float u = noise.x + step * (x * noise.cosine - y * noise.sine);
  const float v = noise.y + step * (x * noise.sine + y * noise.cosine);
  // Cells are counted from far below 0, so that cutting off rounds down.
  const int column = static_cast<int>(u + 8192) - 8192;
  const int row = static_cast<int>(v + 8192) - 8192;
  const float fx = u - static_cast<float>(column);
  const float fy = v - static_cast<float>(row);
  const int x0 = column & (kNoiseSide - 1);
  const int x1 = (column + 1) & (kNoiseSide - 1);
  const int y0 = (row & (kNoiseSide - 1)) * kNoiseSide;
  const int y1 = ((row + 1) & (kNoiseSide - 1)) * kNoiseSide;
  const float* field = noise.field;
  const float top = field[y0 + x0] + (field[y0 + x1] - field[y0 + x0]) * fx;
  const float bottom = field[y1 + x0] + (field[y1 + x1] - field[y1 + x0]) * fx;
  return top + (bottom - top) * fy;
}

// shapes.cpp

/** Numbers of a shape: its kind (0 bar, 1 ellipsoid), then as `Brush` in TypeScript writes them. */
constexpr int kShapeNumbers = 10;

/**
 * Draws shapes into a scratch map that is 0 (largest value where they overlap), adds the whole to the target, within
 * `limit` where one is given, and leaves the scratch map 0 again.
 */
void drawShapes(const double* shapes, int count, int size, float* scratch, float* target, const float* limit);

// tissue.cpp

/** What the outer shape of the trunk is at each row (`thick`, 1 / half width to both sides, fade) and its middle. */
void addTrunk(float* outer, int size, float middle, const float* thick, const float* perRight, const float* perLeft,
              const float* fade);

struct Chest {
  int size;
  float middle, apex, span, merging, fatShare, density, texture;
  Noise fine;
  float fineStep;
  /** By row: 1 / half width of the chest, its depth in the middle, base of the lung's density, haze of the hilum. */
  const float *reach, *round, *base, *perihilar;
  /** By column: y of the floor, how far the recess behind it reaches, haze of the hilum. */
  const float *dome, *beside, *across;
  /** Depth of the body, depth of heart and vessels, noise of lung and wall. */
  const float *outer, *occupied, *coarse, *wall;
  float *lung, *blood, *fat, *soft, *lungDensity, *cavity;
};

/** Splits the body between two columns into lung, blood, fat and wall. */
void fillChest(const Chest& chest, int from, int to);

struct Mediastinum {
  int size;
  float middle, heartTop, heartLeft, heartRight, widest, below, sunk, heartDepth;
  /** The heart's contour about its centre: a radius for each of 256 directions. */
  float centreX, centreY;
  const float* radii;
  /** By row: share of the upper mediastinum, whether it is wide (0 or more), half widths, and the cap of both. */
  const float *upper, *right, *left, *cap, *root;
  /** By column: y of the floor. */
  const float* dome;
  float* occupied;
};

/** Adds the mediastinum and the heart to the depth of what is not lung. */
void fillMediastinum(const Mediastinum& parts);

/** Blood of vessels in place of lung: at most `most` of it. */
void layVessels(const float* front, float* lung, float* blood, float* vessels, size_t count, float most);

/** Bone in place of soft tissue, its mineral by `density`. */
void layBones(const float* compact, const float* open, float* bone, float* spongy, float* soft, size_t count,
              float density);

/** Gas in place of tissue, soft tissue first. */
void carve(const float* air, float* soft, float* fat, float* blood, float* gas, size_t count);

/** Lung that is taken by soft tissue: a share between `from` and `to` columns of the rows from `top`. */
struct Crowd {
  int size, top, from, to;
  float middle, most, start, outward, sign, apex, perHeight;
  Noise broad, fine;
  float broadStep, fineStep;
  const float* wall;
  float *lung, *soft;
};
void crowdBase(const Crowd& crowd);

// beam.cpp

struct Tissues {
  const float *soft, *fat, *lung, *lungDensity, *blood, *bone, *spongy, *air, *metal;
};

/** What a cm of each tissue adds: hardest photons, softest beyond them, and how far the middle ones are off. */
struct Losses {
  float soft[3], fat[3], lung[3], blood[3], bone[3], spongy[3], air[3], metal[3];
  float furthest, perUnit, opaque;
  const float *loss, *slope;
};

/** Log attenuation of the pixels from `start` to before `end`. */
void attenuate(const Tissues& tissues, const Losses& losses, float* result, size_t start, size_t end);

/** exp(−x), from a table of `perUnit` steps up to `furthest` with straight lines between. */
void fade(const float* log, float* signal, size_t count, const float* table, float perUnit, float furthest);

/** Adds quantum and electronic noise from a table of 65,536 normal draws, and takes −ln of the signal. */
void expose(float* signal, const uint32_t* bits, size_t count, const float* normals, float perPhoton,
            float electronic, const float* mantissas);

/** |one − other| to `map`; counts the values above both contrasts and finds the greatest. */
void difference(const float* one, const float* other, float* map, size_t count, float low, float high, double* found);

// smoothing.cpp

void blur(float* map, int size, double deviation);
void coarsen(const float* map, int size, int cells, float ceiling, float* grid);
void spread(const float* grid, int cells, int size, double middle, float* result);

// display.cpp

struct Display {
  float detail, gain, softLimit, start, scale;
  int steps;
  const float *curve, *reading, *middle, *broad, *fine, *share;
};
void greys8(const Display& display, size_t count, uint8_t* result);
void greys16(const Display& display, size_t count, uint16_t* result);

/** Least and greatest of reading − broad over every second pixel of the inner field, then their histogram. */
void histogram(const float* reading, const float* broad, int size, int from, int to, uint32_t* bins, int binCount,
               double* range);

}  // namespace painter
