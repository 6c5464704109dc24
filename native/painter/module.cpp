// What JavaScript calls: arguments checked for kind and length, then the loops of the other files.
#include <node_api.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "kernels.h"

namespace painter {
namespace {

/** The arguments of one call, taken in order. Whatever is not as it must be throws, and JavaScript gets a TypeError. */
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    count_ = kMost;
    napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr);
  }

  double number() {
    double value = 0;
    if (napi_get_value_double(env_, next(), &value) != napi_ok) fail("a number");
    return value;
  }

  float single() { return static_cast<float>(number()); }

  /** A whole number from `least` to `most`. */
  int whole(int least, int most) {
    const double value = number();
    if (!(value >= least && value <= most) || value != std::floor(value)) fail("a whole number in range");
    return static_cast<int>(value);
  }

  int side() { return whole(1, 1 << 14); }

  float* floats(size_t least) { return static_cast<float*>(array(napi_float32_array, least, "a Float32Array")); }
  double* doubles(size_t least) { return static_cast<double*>(array(napi_float64_array, least, "a Float64Array")); }
  uint32_t* words(size_t least) { return static_cast<uint32_t*>(array(napi_uint32_array, least, "a Uint32Array")); }
  uint8_t* bytes(size_t least) { return static_cast<uint8_t*>(array(napi_uint8_array, least, "a Uint8Array")); }
  uint16_t* shorts(size_t least) { return static_cast<uint16_t*>(array(napi_uint16_array, least, "a Uint16Array")); }

  /** A Float32Array, or null. */
  const float* floatsOrNone(size_t least) {
    napi_valuetype type;
    if (place_ < count_ && napi_typeof(env_, values_[place_], &type) == napi_ok &&
        (type == napi_null || type == napi_undefined)) {
      place_++;
      return nullptr;
    }
    return floats(least);
  }

  /** Where a picture lies in a noise field: the field and its place there. */
  Noise noise() {
    const float* field = floats(static_cast<size_t>(kNoiseSide) * kNoiseSide);
    const double* place = doubles(4);
    for (int at = 0; at < 4; at++)
      if (!(std::fabs(place[at]) <= 2 * kNoiseSide)) fail("a place in a noise field");
    return {field, static_cast<float>(place[0]), static_cast<float>(place[1]), static_cast<float>(place[2]),
            static_cast<float>(place[3])};
  }

  /** Cells of a noise field along a side: few enough that places stay whole numbers. */
  float noiseStep() {
    const double step = number();
    if (!(step >= 0 && step <= 2000)) fail("a step in a noise field");
    return static_cast<float>(step);
  }

 private:
  static constexpr size_t kMost = 40;

  napi_value next() {
    if (place_ >= count_) fail("one argument more");
    return values_[place_++];
  }

  void* array(napi_typedarray_type wanted, size_t least, const char* name) {
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    const napi_status status =
        napi_get_typedarray_info(env_, next(), &type, &length, &data, nullptr, nullptr);
    if (status != napi_ok || type != wanted || length < least) fail(name);
    return data;
  }

  [[noreturn]] void fail(const char* wanted) const {
    throw std::invalid_argument("argument " + std::to_string(place_) + " must be " + wanted + " of enough length");
  }

  napi_env env_;
  napi_value values_[kMost];
  size_t count_ = 0, place_ = 0;
};

size_t square(int size) { return static_cast<size_t>(size) * size; }

void callDrawShapes(Arguments& a) {
  const int count = a.whole(0, 1 << 24), size = a.side();
  const double* shapes = a.doubles(static_cast<size_t>(count) * kShapeNumbers);
  float* scratch = a.floats(square(size));
  float* target = a.floats(square(size));
  drawShapes(shapes, count, size, scratch, target, a.floatsOrNone(square(size)));
}

void callAddTrunk(Arguments& a) {
  const int size = a.side();
  const float middle = a.single();
  float* outer = a.floats(square(size));
  const float* thick = a.floats(size);
  const float* perRight = a.floats(size);
  const float* perLeft = a.floats(size);
  addTrunk(outer, size, middle, thick, perRight, perLeft, a.floats(size));
}

void callFillChest(Arguments& a) {
  Chest chest;
  const int size = chest.size = a.side();
  const int from = a.whole(0, size), to = a.whole(from, size);
  for (float* number : {&chest.middle, &chest.apex, &chest.span, &chest.merging, &chest.fatShare, &chest.density,
                        &chest.texture})
    *number = a.single();
  chest.fine = a.noise();
  chest.fineStep = a.noiseStep();
  for (const float** line : {&chest.reach, &chest.round, &chest.base, &chest.perihilar, &chest.dome, &chest.beside,
                             &chest.across})
    *line = a.floats(size);
  for (const float** map : {&chest.outer, &chest.occupied, &chest.coarse, &chest.wall}) *map = a.floats(square(size));
  for (float** map : {&chest.lung, &chest.blood, &chest.fat, &chest.soft, &chest.lungDensity, &chest.cavity})
    *map = a.floats(square(size));
  fillChest(chest, from, to);
}

void callFillMediastinum(Arguments& a) {
  Mediastinum parts;
  const int size = parts.size = a.side();
  for (float* number : {&parts.middle, &parts.heartTop, &parts.heartLeft, &parts.heartRight, &parts.widest,
                        &parts.below, &parts.sunk, &parts.heartDepth, &parts.centreX, &parts.centreY}) {
    *number = a.single();
    if (!(std::fabs(*number) < 1e4f)) throw std::invalid_argument("the heart lies nowhere near the picture");
  }
  parts.radii = a.floats(256);
  for (const float** line : {&parts.upper, &parts.right, &parts.left, &parts.cap, &parts.root, &parts.dome})
    *line = a.floats(size);
  parts.occupied = a.floats(square(size));
  fillMediastinum(parts);
}

void callLayVessels(Arguments& a) {
  const size_t count = square(a.side());
  const float* front = a.floats(count);
  float* lung = a.floats(count);
  float* blood = a.floats(count);
  float* vessels = a.floats(count);
  layVessels(front, lung, blood, vessels, count, a.single());
}

void callLayBones(Arguments& a) {
  const size_t count = square(a.side());
  const float* compact = a.floats(count);
  const float* open = a.floats(count);
  float* bone = a.floats(count);
  float* spongy = a.floats(count);
  float* soft = a.floats(count);
  layBones(compact, open, bone, spongy, soft, count, a.single());
}

void callCarve(Arguments& a) {
  const size_t count = square(a.side());
  const float* air = a.floats(count);
  float* soft = a.floats(count);
  float* fat = a.floats(count);
  float* blood = a.floats(count);
  carve(air, soft, fat, blood, a.floats(count), count);
}

void callCrowdBase(Arguments& a) {
  Crowd crowd;
  const int size = crowd.size = a.side();
  crowd.top = a.whole(0, size);
  crowd.from = a.whole(0, size);
  crowd.to = a.whole(crowd.from, size);
  for (float* number : {&crowd.middle, &crowd.most, &crowd.start, &crowd.outward, &crowd.sign, &crowd.apex,
                        &crowd.perHeight})
    *number = a.single();
  crowd.broad = a.noise();
  crowd.broadStep = a.noiseStep();
  crowd.fine = a.noise();
  crowd.fineStep = a.noiseStep();
  crowd.wall = a.floats(size);
  crowd.lung = a.floats(square(size));
  crowd.soft = a.floats(square(size));
  crowdBase(crowd);
}

void callAttenuate(Arguments& a) {
  const size_t count = square(a.side());
  const int start = a.whole(0, static_cast<int>(count)), end = a.whole(start, static_cast<int>(count));
  Tissues tissues;
  for (const float** map : {&tissues.soft, &tissues.fat, &tissues.lung, &tissues.lungDensity, &tissues.blood,
                            &tissues.bone, &tissues.spongy, &tissues.air, &tissues.metal})
    *map = a.floats(count);
  Losses losses;
  const double* numbers = a.doubles(24);
  for (float* tissue : {losses.soft, losses.fat, losses.lung, losses.blood, losses.bone, losses.spongy, losses.air,
                        losses.metal})
    for (int at = 0; at < 3; at++) tissue[at] = static_cast<float>(*numbers++);
  const int furthest = a.whole(1, 1 << 10), perUnit = a.whole(1, 1 << 12);
  losses.furthest = static_cast<float>(furthest);
  losses.perUnit = static_cast<float>(perUnit);
  losses.opaque = a.single();
  losses.loss = a.floats(static_cast<size_t>(furthest) * perUnit + 2);
  losses.slope = a.floats(static_cast<size_t>(furthest) * perUnit + 2);
  attenuate(tissues, losses, a.floats(count), start, end);
}

void callFade(Arguments& a) {
  const size_t count = square(a.side());
  const float* log = a.floats(count);
  float* signal = a.floats(count);
  const int furthest = a.whole(1, 1 << 10), perUnit = a.whole(1, 1 << 12);
  const float* table = a.floats(static_cast<size_t>(furthest) * perUnit + 2);
  fade(log, signal, count, table, static_cast<float>(perUnit), static_cast<float>(furthest));
}

void callExpose(Arguments& a) {
  const size_t count = square(a.side());
  float* signal = a.floats(count);
  const uint32_t* bits = a.words(count);
  const float* normals = a.floats(65'536);
  const float perPhoton = a.single(), electronic = a.single();
  expose(signal, bits, count, normals, perPhoton, electronic, a.floats(2049));
}

void callDifference(Arguments& a) {
  const size_t count = square(a.side());
  const float* one = a.floats(count);
  const float* other = a.floats(count);
  float* map = a.floats(count);
  const float low = a.single(), high = a.single();
  difference(one, other, map, count, low, high, a.doubles(3));
}

void callBlur(Arguments& a) {
  const int size = a.side();
  float* map = a.floats(square(size));
  blur(map, size, a.number());
}

void callCoarsen(Arguments& a) {
  const int size = a.side(), cells = a.whole(1, size);
  const float* map = a.floats(square(size));
  const float ceiling = a.single();
  coarsen(map, size, cells, ceiling, a.floats(square(cells)));
}

void callSpread(Arguments& a) {
  const int cells = a.whole(2, 1 << 14), size = a.side();
  const float* grid = a.floats(square(cells));
  const double middle = a.number();
  if (!(middle >= 0 && middle <= 1)) throw std::invalid_argument("the middle of a cell must be from 0 to 1");
  spread(grid, cells, size, middle, a.floats(square(size)));
}

void callGreys(Arguments& a) {
  const size_t count = square(a.side());
  Display display;
  for (float* number : {&display.detail, &display.gain, &display.softLimit, &display.start, &display.scale})
    *number = a.single();
  display.steps = a.whole(1, 1 << 20);
  display.curve = a.floats(static_cast<size_t>(display.steps) + 2);
  for (const float** map : {&display.reading, &display.middle, &display.broad, &display.fine, &display.share})
    *map = a.floats(count);
  if (a.whole(8, 16) == 8)
    greys8(display, count, a.bytes(count));
  else
    greys16(display, count, a.shorts(count));
}

void callHistogram(Arguments& a) {
  const int size = a.side(), from = a.whole(0, size), to = a.whole(from, size), count = a.whole(1, 1 << 20);
  const float* reading = a.floats(square(size));
  const float* broad = a.floats(square(size));
  uint32_t* bins = a.words(count);
  histogram(reading, broad, size, from, to, bins, count, a.doubles(2));
}

template <void (*work)(Arguments&)>
napi_value wrapped(napi_env env, napi_callback_info info) {
  try {
    Arguments arguments(env, info);
    work(arguments);
  } catch (const std::invalid_argument& error) {
    napi_throw_type_error(env, nullptr, error.what());
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

}  // namespace
}  // namespace painter

NAPI_MODULE_INIT() {
  using namespace painter;
  const napi_property_descriptor calls[] = {
#define CALL(name, work) {name, nullptr, wrapped<work>, nullptr, nullptr, nullptr, napi_enumerable, nullptr}
      CALL("drawShapes", callDrawShapes),   CALL("addTrunk", callAddTrunk),
      CALL("fillChest", callFillChest),     CALL("fillMediastinum", callFillMediastinum),
      CALL("layVessels", callLayVessels),   CALL("layBones", callLayBones),
      CALL("carve", callCarve),             CALL("crowdBase", callCrowdBase),
      CALL("attenuate", callAttenuate),     CALL("fade", callFade),
      CALL("expose", callExpose),           CALL("difference", callDifference),
      CALL("blur", callBlur),               CALL("coarsen", callCoarsen),
      CALL("spread", callSpread),           CALL("greys", callGreys),
      CALL("histogram", callHistogram),
#undef CALL
  };
  napi_define_properties(env, exports, sizeof calls / sizeof calls[0], calls);
  return exports;
}
