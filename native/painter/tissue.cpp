// Loops over the tissues of a patient.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"

namespace painter {
namespace {

constexpr float kPi = 3.14159265358979f;

WIDE void trunkRow(float* outer, int size, float middle, float thick, float perRight, float perLeft, float fade) {
  const float pixel = 1 / static_cast<float>(size);
  for (int column = 0; column < size; column++) {
    const float x = (static_cast<float>(column) + 0.5f) * pixel - middle;
    const float a = x < 0 ? -x * perRight : x * perLeft;
    const float room = 1 - a * a * a * a * a;
    const float trunk = fade * thick * std::sqrt(room > 0 ? room : 0);
    const float other = outer[column];
    const float both = trunk > other ? trunk + 0.06f * other : other + 0.06f * trunk;
    outer[column] = room > 0 ? both : other;
  }
}

WIDE void chestRow(const Chest& chest, int row, int from, int to) {
  const int size = chest.size;
  const float pixel = 1 / static_cast<float>(size);
  const float y = (static_cast<float>(row) + 0.5f) * pixel;
  const float reach = chest.reach[row];
  const float round = chest.round[row];
  const bool isBelow = y > chest.apex;
  const float middle = chest.middle, span = chest.span, merging = chest.merging, fatShare = chest.fatShare;
  const float* dome = chest.dome;
  const float* beside = chest.beside;
  const size_t start = static_cast<size_t>(row) * size;
  const float* outer = chest.outer + start;
  const float* occupied = chest.occupied + start;
  const float* wall = chest.wall + start;
  float* lungs = chest.lung + start;
  float* blood = chest.blood + start;
  float* fats = chest.fat + start;
  float* softs = chest.soft + start;
  float* cavity = chest.cavity + start;
  for (int column = from; column < to; column++) {
    const float total = outer[column];
    const float x = (static_cast<float>(column) + 0.5f) * pixel;
    const float a = std::fabs(x - middle) * reach;
    const float room = 1 - a * a * a;
    const bool inside = isBelow && room > 0 && total > 0;
    const float depth = inside ? round * std::sqrt(room > 0 ? room : 0) : 0;
    const float under = y - dome[column];
    float b = 1 - under / span;
    b = b < 0 ? 0 : b;
    const float recess = 1 - b * b * b;
    const float kept = 1 - (1 - beside[column]) * smoothStep(0, 0.045f, under);
    const float open = under > 0 ? (1 - std::sqrt(recess > 0 ? recess : 0)) * kept : 1;
    const float free = depth * open;
    const float heart = occupied[column];
    float filled = free < heart ? free : heart;
    float lung = free - filled;
    // Heart and floor run into each other: where they meet, less and less lung is left behind the heart.
    const float taken = 0.6f * clamp01(heart / 6) * smoothStep(-merging, 0.02f, under) * lung;
    filled += taken;
    lung -= taken;
    const float beyond = total - depth;
    float solid = total - lung - filled;
    solid = solid > 0 ? solid : 0;
    const float fatty = (beyond > 0 ? beyond : 0) * fatShare;
    const float fat = solid < fatty ? solid : fatty;
    const bool isBody = total > 0;
    cavity[column] = depth;
    lungs[column] = lung;
    blood[column] = filled;
    fats[column] = isBody ? fat : 0;
    softs[column] = isBody ? (solid - fat) * (1 + 0.025f * wall[column]) : 0;
  }
}

WIDE void densityRow(const Chest& chest, int row, int from, int to) {
  const int size = chest.size;
  const float pixel = 1 / static_cast<float>(size);
  const float y = (static_cast<float>(row) + 0.5f) * pixel;
  const size_t start = static_cast<size_t>(row) * size;
  const float* lung = chest.lung + start;
  const float* coarse = chest.coarse + start;
  float* result = chest.lungDensity + start;
  const Noise fine = chest.fine;
  const float step = chest.fineStep, density = chest.density, texture = chest.texture;
  const float base = chest.base[row], perihilar = chest.perihilar[row];
  const float* across = chest.across;
  for (int column = from; column < to; column++) {
    const float x = (static_cast<float>(column) + 0.5f) * pixel;
    const float uneven = 0.6f * coarse[column] + 0.45f * noiseAt(fine, x, y, step);
    const float share = base + texture * uneven + across[column] * perihilar;
    result[column] = lung[column] > 0 ? density * (share > 0.4f ? share : 0.4f) : 0;
  }
}

WIDE void coreRow(const Mediastinum& parts, int row) {
  const int size = parts.size;
  const float pixel = 1 / static_cast<float>(size);
  const float upper = parts.upper[row], perRight = 1 / (parts.right[row] * parts.cap[row]);
  const float perLeft = 1 / (parts.left[row] * parts.cap[row]), middle = parts.middle;
  float* occupied = parts.occupied + static_cast<size_t>(row) * size;
  for (int column = 0; column < size; column++) {
    const float across = (static_cast<float>(column) + 0.5f) * pixel - middle;
    const float a = across < 0 ? -across * perRight : across * perLeft;
    const float room = 1 - a * a * a;
    const float core = 1.2f * upper + (7.5f - 4.6f * upper) * std::sqrt(room > 0 ? room : 0) +
                       (4.4f - 2.6f * upper) * clamp01(1 - (across * across) / 0.0016f);
    const float skirt = a < 1.6f ? 2 * (1 - (a - 1) / 0.6f) * upper : 0;
    const float depth = a < 1 ? core : skirt;
    occupied[column] = depth > occupied[column] ? depth : occupied[column];
  }
}

void heartRow(const Mediastinum& parts, int row) {
  const int size = parts.size;
  const float pixel = 1 / static_cast<float>(size);
  const float y = (static_cast<float>(row) + 0.5f) * pixel;
  if (y <= parts.heartTop - 0.01f || y >= parts.sunk) return;
  // The heart lies on the floor with a broad base: below its widest level it narrows slowly, so that its border runs
  // into the floor and not back under itself.
  const float dy = (y < parts.widest ? y : parts.widest + (y - parts.widest) * parts.below) - parts.centreY;
  float* occupied = parts.occupied + static_cast<size_t>(row) * size;
  const int from = std::max(0.0f, std::floor(parts.heartLeft * size));
  const int to = std::min(static_cast<float>(size), std::ceil(parts.heartRight * size));
  for (int column = from; column < to; column++) {
    const float x = (static_cast<float>(column) + 0.5f) * pixel;
    if (x <= parts.heartLeft || x >= parts.heartRight) continue;
    const float dx = x - parts.centreX;
    const float place = ((std::atan2(dy, dx) + kPi) / (2 * kPi)) * 256 - 0.5f;
    const float low = std::floor(place);
    const float part = place - low;
    const int direction = static_cast<int>(low);
    const float radius = parts.radii[direction & 255] * (1 - part) + parts.radii[(direction + 1) & 255] * part;
    const float rho2 = (dx * dx + dy * dy) / (radius * radius);
    if (!(rho2 < 1)) continue;
    // It lies on the floor and sinks into it a little.
    const float above = 1 - smoothStep(0.01f, 0.07f, y - parts.dome[column]);
    const float depth = above * parts.root[row] * parts.heartDepth * std::sqrt(1 - rho2);
    const float other = occupied[column];
    occupied[column] = depth > other ? depth + 0.15f * other : other + 0.15f * depth;
  }
}

WIDE void crowdRow(const Crowd& crowd, int row) {
  const int size = crowd.size;
  const float pixel = 1 / static_cast<float>(size);
  const float y = (static_cast<float>(row) + 0.5f) * pixel;
  const float low = smoothStep(crowd.start, 1.1f, (y - crowd.apex) * crowd.perHeight);
  if (low == 0) return;
  const float wall = crowd.wall[row], sign = crowd.sign, outward = crowd.outward, most = crowd.most * low;
  const Noise broad = crowd.broad, fine = crowd.fine;
  float* lungs = crowd.lung + static_cast<size_t>(row) * size;
  float* softs = crowd.soft + static_cast<size_t>(row) * size;
  for (int column = crowd.from; column < crowd.to; column++) {
    const float x = (static_cast<float>(column) + 0.5f) * pixel;
    const float lateral = clamp01(1 - sign * (wall - x) / 0.2f);
    float place = 1 + outward * (2 * lateral - 1);
    place = place > 0.1f ? place : 0.1f;
    float uneven = 1 + 0.5f * noiseAt(broad, x, y, crowd.broadStep) + 0.35f * noiseAt(fine, x, 2.2f * y, crowd.fineStep);
    uneven = uneven > 0.15f ? uneven : 0.15f;
    float share = most * place * uneven;
    share = share > 0.85f ? 0.85f : share;
    // The lungs do not meet in the middle: what is in one of them ends softly there.
    const float fade = clamp01((std::fabs(x - crowd.middle) - 0.015f) / 0.08f);
    const float lung = lungs[column];
    const float taken = lung > 0 ? lung * clamp01(share * fade) : 0;
    lungs[column] = lung - taken;
    softs[column] += taken;
  }
}

}  // namespace

void addTrunk(float* outer, int size, float middle, const float* thick, const float* perRight, const float* perLeft,
              const float* fade) {
  for (int row = 0; row < size; row++)
    if (fade[row] > 0)
      trunkRow(outer + static_cast<size_t>(row) * size, size, middle, thick[row], perRight[row], perLeft[row],
               fade[row]);
}

void fillChest(const Chest& chest, int from, int to) {
  const int size = chest.size;
  for (int row = 0; row < size; row++) {
    chestRow(chest, row, from, to);
    const float* lung = chest.lung + static_cast<size_t>(row) * size;
    float* density = chest.lungDensity + static_cast<size_t>(row) * size;
    int first = from, last = to;
    while (first < last && lung[first] <= 0) first++;
    while (last > first && lung[last - 1] <= 0) last--;
    std::fill(density + from, density + first, 0.0f);
    if (first < last) densityRow(chest, row, first, last);
    std::fill(density + last, density + to, 0.0f);
  }
}

void fillMediastinum(const Mediastinum& parts) {
  for (int row = 0; row < parts.size; row++) {
    coreRow(parts, row);
    heartRow(parts, row);
  }
}

WIDE void layVessels(const float* front, float* lung, float* blood, float* vessels, size_t count, float most) {
  for (size_t at = 0; at < count; at++) {
    const float room = lung[at] > 0 ? most * lung[at] : 0;
    const float taken = front[at] < room ? front[at] : room;
    vessels[at] = taken;
    lung[at] -= taken;
    blood[at] += taken;
  }
}

WIDE void layBones(const float* compact, const float* open, float* bone, float* spongy, float* soft, size_t count,
                   float density) {
  for (size_t at = 0; at < count; at++) {
    const float path = compact[at];
    // Where mineral is lost, marrow takes its place.
    const float filled = open[at] * density;
    bone[at] += path * density;
    spongy[at] += filled;
    const float left = soft[at] - path - filled;
    soft[at] = left > 0 ? left : 0;
  }
}

WIDE void carve(const float* air, float* soft, float* fat, float* blood, float* gas, size_t count) {
  for (size_t at = 0; at < count; at++) {
    const float wanted = air[at];
    const float ofSoft = wanted < 0.8f * soft[at] ? wanted : 0.8f * soft[at];
    float rest = wanted - ofSoft;
    const float ofFat = rest < 0.8f * fat[at] ? rest : 0.8f * fat[at];
    rest -= ofFat;
    const float ofBlood = rest < 0.8f * blood[at] ? rest : 0.8f * blood[at];
    soft[at] -= ofSoft;
    fat[at] -= ofFat;
    blood[at] -= ofBlood;
    gas[at] += ofSoft + ofFat + ofBlood;
  }
}

void crowdBase(const Crowd& crowd) {
  for (int row = crowd.top; row < crowd.size; row++) crowdRow(crowd, row);
}

}  // namespace painter
