// What arrives behind a patient.
#include <cmath>
#include <cstring>

#include "kernels.h"

namespace painter {

WIDE void attenuate(const Tissues& tissues, const Losses& losses, float* result, size_t start, size_t end) {
  const float *soft = tissues.soft, *fat = tissues.fat, *lung = tissues.lung, *lungDensity = tissues.lungDensity,
              *blood = tissues.blood, *bone = tissues.bone, *spongy = tissues.spongy, *air = tissues.air,
              *metal = tissues.metal;
  const Losses k = losses;
  const float most = k.furthest * k.perUnit;
  for (size_t at = start; at < end; at++) {
    const float s = soft[at], f = fat[at], l = lung[at] * lungDensity[at], b = blood[at];
    const float o = bone[at], p = spongy[at], a = air[at], m = metal[at];
    const float hard = s * k.soft[0] + f * k.fat[0] + l * k.lung[0] + b * k.blood[0] + o * k.bone[0] +
                       p * k.spongy[0] + m * k.metal[0] + a * k.air[0];
    const float softest = s * k.soft[1] + f * k.fat[1] + l * k.lung[1] + b * k.blood[1] + o * k.bone[1] +
                          p * k.spongy[1] + m * k.metal[1] + a * k.air[1];
    const float off = f * k.fat[2] + o * k.bone[2] + p * k.spongy[2] + m * k.metal[2];
    float place = softest * k.perUnit;
    place = place < most ? place : most;
    place = place > 0 ? place : 0;
    const int step = static_cast<int>(place);
    const float part = place - static_cast<float>(step);
    const float low = k.loss[step];
    const float steep = k.slope[step] + (k.slope[step + 1] - k.slope[step]) * part;
    const float log = hard + low + (k.loss[step + 1] - low) * part + off * steep * (1 - 0.5f * off * (1 - steep));
    result[at] = log < k.opaque ? log : k.opaque;
  }
}

WIDE void fade(const float* log, float* signal, size_t count, const float* table, float perUnit, float furthest) {
  const float most = perUnit * furthest;
  for (size_t at = 0; at < count; at++) {
    float place = log[at] * perUnit;
    place = place > 0 ? place : 0;
    place = place < most ? place : most;
    const int step = static_cast<int>(place);
    const float low = table[step];
    signal[at] = low + (table[step + 1] - low) * (place - static_cast<float>(step));
  }
}

WIDE void expose(float* signal, const uint32_t* bits, size_t count, const float* normals, float perPhoton,
                 float electronic, const float* mantissas) {
  for (size_t at = 0; at < count; at++) {
    const float value = signal[at];
    float noisy = value + normals[bits[at] >> 16] * std::sqrt(value * perPhoton + electronic);
    noisy = noisy > 1e-5f ? noisy : 1e-5f;
    // −ln from the bits of the number (IEEE 754: exponent and 23 bits of mantissa), straight lines between 2,048 steps.
    int32_t word;
    std::memcpy(&word, &noisy, sizeof word);
    const int step = (word >> 12) & 2047;
    const float low = mantissas[step];
    signal[at] = static_cast<float>(127 - (word >> 23)) * 0.693147180559945f + low +
                 (mantissas[step + 1] - low) * (static_cast<float>(word & 4095) * (1.0f / 4096));
  }
}

WIDE void difference(const float* one, const float* other, float* map, size_t count, float low, float high,
                     double* found) {
  int32_t above = 0, far = 0;
  float most = 0;
  for (size_t at = 0; at < count; at++) {
    const float value = std::fabs(one[at] - other[at]);
    map[at] = value;
    above += value > low;
    far += value > high;
    most = value > most ? value : most;
  }
  found[0] = above;
  found[1] = far;
  found[2] = most;
}

}  // namespace painter
