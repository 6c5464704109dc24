// What every native file shares: the state of one JavaScript environment, values in both directions, and the guard
// that turns C++ exceptions into JavaScript errors.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <ATen/Tensor.h>
#include <c10/util/Exception.h>
#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#elif __has_include(<torch/version.h>)
#include <torch/version.h>
#else
#include <torch/csrc/api/include/torch/version.h>
#endif

#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#define TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace synray {

#if TORCH_AT_LEAST(2, 5)
template <typename T>
using Maybe = std::optional<T>;
#else
template <typename T>
using Maybe = c10::optional<T>;
#endif

constexpr double kGenerationUnit = 4294967296.0;  // 2^32
constexpr uint32_t kLastGeneration = 0x1FFFFF;    // 21 bits, so that a handle is a whole double
constexpr size_t kMostArguments = 31;             // the bits of the tensor mask
constexpr double kLargestWhole = 9007199254740991.0;

[[noreturn]] inline void fail(const std::string& message) { throw std::invalid_argument(message); }

/** The arguments do not fit the schema, so nothing was run. */
struct ArgumentError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// Node-API says no only for values of the wrong type (checked before) or in an environment that is ending.
inline void check(napi_status status) {
  if (status != napi_ok) throw std::runtime_error("Node-API status " + std::to_string(status));
}

// ---------------------------------------------------------------------------------------------------------
// State of one JavaScript environment (the main thread or one worker thread)

/** JavaScript memory that libtorch has let go of. Deleters run on any thread; references are dropped on ours. */
struct Releases {
  std::mutex mutex;
  std::vector<napi_ref> references;
  std::atomic<bool> waiting{false};
};

struct Slot {
  at::Tensor tensor;
  uint32_t generation = 1;
  int64_t adopted_bytes = 0;
};

/** One operator and how to call it: bridge.cpp. */
struct Operator;

/** Groups of processes and what they have under way: distributed.cpp. */
struct Distributed;

struct State {
  std::vector<Slot> slots;
  std::vector<uint32_t> free_slots;
  std::vector<std::shared_ptr<Operator>> operators;
  std::unordered_map<std::string, std::vector<std::string>> overloads;
  std::shared_ptr<Releases> releases = std::make_shared<Releases>();
  std::shared_ptr<Distributed> distributed;
  int64_t live = 0;
  int64_t external_bytes = 0;

  double add(at::Tensor tensor) {
    if (!tensor.defined()) return 0;
    uint32_t index;
    if (free_slots.empty()) {
      index = static_cast<uint32_t>(slots.size());
      slots.emplace_back();
    } else {
      index = free_slots.back();
      free_slots.pop_back();
    }
    slots[index].tensor = std::move(tensor);
    live++;
    return slots[index].generation * kGenerationUnit + index;
  }

  Slot* find(double handle) {
    if (!(handle >= kGenerationUnit && handle <= kLargestWhole)) return nullptr;
    const double generation = std::floor(handle / kGenerationUnit);
    const double index = handle - generation * kGenerationUnit;
    if (index >= static_cast<double>(slots.size())) return nullptr;
    Slot& slot = slots[static_cast<size_t>(index)];
    return slot.generation == generation && slot.tensor.defined() ? &slot : nullptr;
  }

  const at::Tensor& get(double handle) {
    Slot* slot = find(handle);
    if (slot == nullptr) fail("the tensor was disposed (or its scope has ended)");
    return slot->tensor;
  }

  /** Frees a slot; a stale handle is ignored. Gives the bytes that V8 no longer has to know of. */
  int64_t release(double handle) {
    Slot* slot = find(handle);
    if (slot == nullptr) return 0;
    // The destructor may run JavaScript-owned deleters, so the slot is in order before it does.
    at::Tensor tensor = std::move(slot->tensor);
    slot->tensor = at::Tensor();
    const int64_t bytes = slot->adopted_bytes;
    slot->adopted_bytes = 0;
    slot->generation = slot->generation == kLastGeneration ? 1 : slot->generation + 1;
    free_slots.push_back(static_cast<uint32_t>(slot - slots.data()));
    live--;
    return bytes;
  }

  void external(napi_env env, int64_t change) {
    external_bytes += change;
    if (std::abs(external_bytes) < (8 << 20)) return;
    int64_t total = 0;
    napi_adjust_external_memory(env, external_bytes, &total);
    external_bytes = 0;
  }

  void drop_references(napi_env env) {
    if (!releases->waiting.load(std::memory_order_acquire)) return;
    std::vector<napi_ref> references;
    {
      std::lock_guard<std::mutex> lock(releases->mutex);
      references.swap(releases->references);
      releases->waiting = false;
    }
    for (napi_ref reference : references) napi_delete_reference(env, reference);
  }
};

// ---------------------------------------------------------------------------------------------------------
// JavaScript values

struct Call {
  napi_env env;
  State& state;
  size_t count;
  napi_value* values;

  napi_value at(size_t index) const { return index < count ? values[index] : nullptr; }
};

inline napi_valuetype type_of(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  if (value != nullptr) check(napi_typeof(env, value, &type));
  return type;
}

inline const char* name_of(napi_valuetype type) {
  switch (type) {
    case napi_undefined: return "undefined";
    case napi_null: return "null";
    case napi_boolean: return "a boolean";
    case napi_number: return "a number";
    case napi_string: return "a string";
    case napi_symbol: return "a symbol";
    case napi_function: return "a function";
    case napi_bigint: return "a bigint";
    default: return "an object";
  }
}

inline std::string text(napi_env env, napi_value value) {
  if (type_of(env, value) != napi_string) fail(std::string("expected a string, got ") + name_of(type_of(env, value)));
  size_t length = 0;
  check(napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string result(length, '\0');
  check(napi_get_value_string_utf8(env, value, &result[0], length + 1, &length));
  return result;
}

inline double number(napi_env env, napi_value value) {
  double result = 0;
  if (value == nullptr || napi_get_value_double(env, value, &result) != napi_ok)
    fail(std::string("expected a number, got ") + name_of(type_of(env, value)));
  return result;
}

inline bool truth(napi_env env, napi_value value) {
  bool result = false;
  if (value == nullptr || napi_get_value_bool(env, value, &result) != napi_ok)
    fail(std::string("expected a boolean, got ") + name_of(type_of(env, value)));
  return result;
}

struct Word {
  const char* name;
  int64_t value;
};
constexpr Word kTypes[] = {
    {"u8", 0},   {"i8", 1},  {"i16", 2},   {"i32", 3},   {"i64", 4},
    {"f16", 5},  {"f32", 6}, {"f64", 7},   {"bool", 11}, {"bf16", 15},
};
// Strings that may stand where a schema asks for the number of an enumeration (MemoryFormat, Layout).
constexpr Word kFormats[] = {{"contiguous", 0}, {"preserve", 1}, {"channels_last", 2}, {"channels_last_3d", 3}, {"strided", 0}};

inline at::ScalarType scalar_type(const std::string& name) {
  for (const Word& word : kTypes)
    if (name == word.name) return static_cast<at::ScalarType>(word.value);
  fail("there is no dtype \"" + name + "\" (f32, f64, f16, bf16, i64, i32, i16, i8, u8, bool)");
}

inline const char* type_name(at::ScalarType type) {
  for (const Word& word : kTypes)
    if (static_cast<int64_t>(type) == word.value) return word.name;
  return c10::toString(type);
}

inline int64_t whole(napi_env env, napi_value value) {
  switch (type_of(env, value)) {
    case napi_number: {
      const double result = number(env, value);
      if (!(std::abs(result) <= kLargestWhole) || std::trunc(result) != result)
        fail("expected a whole number, got " + std::to_string(result));
      return static_cast<int64_t>(result);
    }
    case napi_bigint: {
      int64_t result = 0;
      bool lossless = false;
      check(napi_get_value_bigint_int64(env, value, &result, &lossless));
      if (!lossless) fail("the bigint does not fit in 64 bits");
      return result;
    }
    case napi_boolean: return truth(env, value) ? 1 : 0;
    case napi_string: {
      const std::string name = text(env, value);
      for (const Word& word : kFormats)
        if (name == word.name) return word.value;
      return static_cast<int64_t>(scalar_type(name));
    }
    default: fail(std::string("expected a whole number, got ") + name_of(type_of(env, value)));
  }
}

/** Whole JavaScript numbers become integers, so that `i64 + 2` stays i64, as in Python. */
inline at::Scalar scalar(napi_env env, napi_value value) {
  switch (type_of(env, value)) {
    case napi_number: {
      const double result = number(env, value);
      if (std::trunc(result) == result && std::abs(result) <= kLargestWhole && !(result == 0 && std::signbit(result)))
        return at::Scalar(static_cast<int64_t>(result));
      return at::Scalar(result);
    }
    case napi_bigint: return at::Scalar(whole(env, value));
    case napi_boolean: return at::Scalar(truth(env, value));
    default: fail(std::string("expected a number, got ") + name_of(type_of(env, value)));
  }
}

inline at::Device device(napi_env env, napi_value value) { return at::Device(text(env, value)); }

template <typename T, typename Read>
std::vector<T> list(napi_env env, napi_value value, int32_t length, Read read) {
  bool is_array = false;
  if (value != nullptr) check(napi_is_array(env, value, &is_array));
  if (!is_array) {
    const napi_valuetype type = type_of(env, value);
    if (length > 0 && (type == napi_number || type == napi_bigint || type == napi_boolean))
      return std::vector<T>(static_cast<size_t>(length), static_cast<T>(read(env, value)));
    fail(std::string("expected a list, got ") + name_of(type));
  }
  uint32_t count = 0;
  check(napi_get_array_length(env, value, &count));
  std::vector<T> result;
  result.reserve(count);
  for (uint32_t index = 0; index < count; index++) {
    napi_value element;
    check(napi_get_element(env, value, index, &element));
    result.push_back(static_cast<T>(read(env, element)));
  }
  return result;
}

/** Lists of tensors arrive as Float64Array of handles, with 0 for none. */
inline std::vector<at::Tensor> tensors(const Call& call, napi_value value) {
  bool is_typed = false;
  if (value != nullptr) check(napi_is_typedarray(call.env, value, &is_typed));
  if (!is_typed) {
    bool is_array = false;
    uint32_t count = 1;
    if (value != nullptr) check(napi_is_array(call.env, value, &is_array));
    if (is_array) check(napi_get_array_length(call.env, value, &count));
    if (count == 0) return {};
    fail(std::string("expected a list of tensors, got ") + name_of(type_of(call.env, value)));
  }
  napi_typedarray_type type;
  size_t count = 0;
  void* data = nullptr;
  check(napi_get_typedarray_info(call.env, value, &type, &count, &data, nullptr, nullptr));
  if (type != napi_float64_array) fail("expected a list of tensors, got a typed array");
  std::vector<at::Tensor> result;
  result.reserve(count);
  const double* handles = static_cast<const double*>(data);
  for (size_t index = 0; index < count; index++)
    result.push_back(handles[index] == 0 ? at::Tensor() : call.state.get(handles[index]));
  return result;
}

inline napi_value from(napi_env env, double value) {
  napi_value result;
  check(napi_create_double(env, value, &result));
  return result;
}
inline napi_value from(napi_env env, bool value) {
  napi_value result;
  check(napi_get_boolean(env, value, &result));
  return result;
}
inline napi_value from(napi_env env, int64_t value) {
  if (std::abs(static_cast<double>(value)) <= kLargestWhole) return from(env, static_cast<double>(value));
  napi_value result;
  check(napi_create_bigint_int64(env, value, &result));
  return result;
}
inline napi_value from(napi_env env, const std::string& value) {
  napi_value result;
  check(napi_create_string_utf8(env, value.data(), value.size(), &result));
  return result;
}
inline napi_value nothing(napi_env env) {
  napi_value result;
  check(napi_get_undefined(env, &result));
  return result;
}

inline napi_value handles(const Call& call, const std::vector<at::Tensor>& list) {
  napi_value buffer, result;
  void* data = nullptr;
  check(napi_create_arraybuffer(call.env, list.size() * sizeof(double), &data, &buffer));
  for (size_t index = 0; index < list.size(); index++) static_cast<double*>(data)[index] = call.state.add(list[index]);
  check(napi_create_typedarray(call.env, napi_float64_array, list.size(), buffer, 0, &result));
  return result;
}

template <typename List>
inline napi_value array(napi_env env, const List& list) {
  napi_value result;
  check(napi_create_array_with_length(env, list.size(), &result));
  for (size_t index = 0; index < list.size(); index++)
    check(napi_set_element(env, result, static_cast<uint32_t>(index), from(env, list[index])));
  return result;
}

inline void set(napi_env env, napi_value object, const char* name, napi_value value) {
  check(napi_set_named_property(env, object, name, value));
}

// ---------------------------------------------------------------------------------------------------------
// Functions for JavaScript

using Function = napi_value (*)(const Call&);

template <Function function>
napi_value guarded(napi_env env, napi_callback_info info) {
  std::string message;
  const char* code = nullptr;
  try {
    State* state = nullptr;
    check(napi_get_instance_data(env, reinterpret_cast<void**>(&state)));
    state->drop_references(env);
    napi_value values[kMostArguments + 5];
    size_t count = kMostArguments + 5;
    check(napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
    if (count > kMostArguments + 5) fail("too many arguments");
    return function(Call{env, *state, count, values});
  } catch (const ArgumentError& error) {
    message = error.what();
    code = "ARGUMENT";
  } catch (const c10::Error& error) {
    message = error.what_without_backtrace();
  } catch (const std::bad_alloc&) {
    message = "out of memory";
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "an unknown C++ exception";
  }
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) == napi_ok && !pending) napi_throw_error(env, code, message.c_str());
  return nullptr;
}

template <Function function>
void define(napi_env env, napi_value exports, const char* name) {
  napi_value value;
  check(napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<function>, nullptr, &value));
  set(env, exports, name, value);
}

/** Adds the functions of distributed.cpp to the module. */
void define_distributed(napi_env env, napi_value exports);

}  // namespace synray
