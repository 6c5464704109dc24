// The bridge from JavaScript to libtorch: Node-API on one side, PyTorch's boxed dispatcher on the other.
//
// It knows no operator by name. Each call looks up the operator's schema, converts the arguments as the
// schema says, lets the dispatcher run it (autograd, autocast and devices included) and converts the results.
// Tensors are numbers on the JavaScript side: slot + generation * 2^32 in a table of this environment, so that
// a tensor used after it was freed is a plain error. No exception leaves the bridge: each becomes a JavaScript error.

#include "environment.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ScalarOps.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/from_blob.h>
#include <torch/csrc/autograd/autograd.h>

#if TORCH_VERSION_MAJOR < 2
#define SYNRAY_LIBTORCH_1
#endif
#include "allocator.h"

#include <cstring>

namespace synray {

enum class Kind { Tensor, Tensors, Scalar, Int, Float, Bool, String, Device, Ints, Floats, Bools, Scalars, Strings, Other };

struct Parameter {
  std::string name;
  Kind kind;
  bool optional = false;           // None is allowed
  bool optional_elements = false;  // Tensor?[]
  bool kwarg_only = false;
  bool written = false;            // in place or out
  int32_t length = 0;              // int[2]: a single number stands for both
  Maybe<c10::IValue> standard;     // the default
  std::string type;
};

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
  bool writes = false;
};

namespace {

// ---------------------------------------------------------------------------------------------------------
// Arguments and results by schema

Kind kind_of(const c10::TypePtr& type, bool& optional_elements) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType: return Kind::Tensor;
    case c10::TypeKind::NumberType: return Kind::Scalar;
    case c10::TypeKind::IntType: return Kind::Int;
    case c10::TypeKind::FloatType: return Kind::Float;
    case c10::TypeKind::BoolType: return Kind::Bool;
    case c10::TypeKind::StringType: return Kind::String;
    case c10::TypeKind::DeviceObjType: return Kind::Device;
    case c10::TypeKind::ListType: {
      bool nested = false;
      c10::TypePtr element = type->castRaw<c10::ListType>()->getElementType();
      if (element->kind() == c10::TypeKind::OptionalType) {
        element = element->castRaw<c10::OptionalType>()->getElementType();
        if (element->kind() != c10::TypeKind::TensorType) return Kind::Other;
        optional_elements = true;
      }
      switch (kind_of(element, nested)) {
        case Kind::Tensor: return Kind::Tensors;
        case Kind::Int: return Kind::Ints;
        case Kind::Float: return Kind::Floats;
        case Kind::Bool: return Kind::Bools;
        case Kind::Scalar: return Kind::Scalars;
        case Kind::String: return Kind::Strings;
        default: return Kind::Other;
      }
    }
    default: return Kind::Other;
  }
}

Parameter parameter(const c10::Argument& argument) {
  Parameter result;
  result.name = argument.name();
  result.type = argument.type()->str();
  result.kwarg_only = argument.kwarg_only();
  result.length = argument.N() ? *argument.N() : 0;
  if (argument.default_value()) result.standard = *argument.default_value();
  if (argument.alias_info() != nullptr) result.written = argument.alias_info()->isWrite();
  c10::TypePtr type = argument.type();
  if (type->kind() == c10::TypeKind::OptionalType) {
    result.optional = true;
    type = type->castRaw<c10::OptionalType>()->getElementType();
  }
  result.kind = kind_of(type, result.optional_elements);
  return result;
}

/**
 * One argument as its schema wants it.
 * @param is_tensor - The value is the handle of a tensor and not a plain number.
 * @param strict - Refuses plain numbers where a tensor is asked for (to tell overloads apart).
 */
c10::IValue convert(const Call& call, napi_value value, const Parameter& wanted, bool is_tensor, bool strict) {
  napi_env env = call.env;
  const napi_valuetype type = type_of(env, value);
  if (type == napi_undefined && wanted.standard) return *wanted.standard;
  if (type == napi_undefined || type == napi_null) {
    if (wanted.optional || wanted.kind == Kind::Other) return c10::IValue();
    fail(type == napi_undefined ? "it is missing" : "expected a value, got null");
  }
  if (is_tensor && wanted.kind != Kind::Tensor && wanted.kind != Kind::Tensors) {
    if (strict || wanted.kind != Kind::Scalar) fail("expected " + wanted.type + ", got a tensor");
    return call.state.get(number(env, value)).item();
  }
  switch (wanted.kind) {
    case Kind::Tensor: {
      if (is_tensor) return call.state.get(number(env, value));
      if (strict) fail("expected a tensor");
      if (type != napi_number && type != napi_bigint && type != napi_boolean)
        fail(std::string("expected a tensor, got ") + name_of(type));
      at::Tensor wrapped = c10::scalar_to_tensor(scalar(env, value));
      wrapped.unsafeGetTensorImpl()->set_wrapped_number(true);
      return wrapped;
    }
    case Kind::Tensors: {
      std::vector<at::Tensor> items = is_tensor ? std::vector<at::Tensor>{call.state.get(number(env, value))} : tensors(call, value);
      if (wanted.optional_elements) {
        c10::List<Maybe<at::Tensor>> result;
        result.reserve(items.size());
        for (at::Tensor& item : items)
          result.push_back(item.defined() ? Maybe<at::Tensor>(std::move(item)) : Maybe<at::Tensor>());
        return result;
      }
      for (const at::Tensor& item : items)
        if (!item.defined()) fail("expected a list of tensors, got null in it");
      return c10::List<at::Tensor>(items);
    }
    case Kind::Scalar: return scalar(env, value);
    case Kind::Int: return whole(env, value);
    case Kind::Float: return number(env, value);
    case Kind::Bool: return truth(env, value);
    case Kind::String: return text(env, value);
    case Kind::Device: return device(env, value);
    case Kind::Ints: return c10::List<int64_t>(list<int64_t>(env, value, wanted.length, whole));
    case Kind::Floats: return c10::List<double>(list<double>(env, value, wanted.length, number));
    case Kind::Bools: {
      c10::List<bool> result;
      for (const bool item : list<bool>(env, value, wanted.length, truth)) result.push_back(item);
      return result;
    }
    case Kind::Scalars: return c10::List<at::Scalar>(list<at::Scalar>(env, value, 0, scalar));
    case Kind::Strings: return c10::List<std::string>(list<std::string>(env, value, 0, text));
    case Kind::Other: break;
  }
  fail("a value of type " + wanted.type + " cannot be given from JavaScript");
}

napi_value result_of(const Call& call, const c10::IValue& value) {
  napi_env env = call.env;
  if (value.isTensor()) return from(env, call.state.add(value.toTensor()));
  if (value.isTensorList()) return handles(call, value.toTensorVector());
  if (value.isInt()) return from(env, value.toInt());
  if (value.isDouble()) return from(env, value.toDouble());
  if (value.isBool()) return from(env, value.toBool());
  if (value.isString()) return from(env, value.toStringRef());
  if (value.isNone()) return nothing(env);
  if (value.isDevice()) return from(env, value.toDevice().str());
  if (value.isIntList()) return array(env, value.toIntVector());
  if (value.isDoubleList()) return array(env, value.toDoubleVector());
  if (value.isScalar()) {
    const at::Scalar number = value.toScalar();
    if (number.isFloatingPoint()) return from(env, number.toDouble());
    if (number.isBoolean()) return from(env, number.toBool());
    if (number.isIntegral(false)) return from(env, number.toLong());
  }
  if (value.isList()) {
    const auto items = value.toListRef();
    napi_value result;
    check(napi_create_array_with_length(env, items.size(), &result));
    for (size_t index = 0; index < items.size(); index++)
      check(napi_set_element(env, result, static_cast<uint32_t>(index), result_of(call, items[index])));
    return result;
  }
  fail("a result of type " + value.tagKind() + " has no JavaScript form");
}

char result_code(const c10::TypePtr& type) {
  if (type->kind() == c10::TypeKind::TensorType) return 't';
  if (type->kind() == c10::TypeKind::ListType &&
      type->castRaw<c10::ListType>()->getElementType()->kind() == c10::TypeKind::TensorType)
    return 'l';
  return 'v';
}

Operator& operator_at(const Call& call, napi_value value) {
  const double index = number(call.env, value);
  if (!(index >= 0 && index < static_cast<double>(call.state.operators.size()))) fail("there is no such operator");
  return *call.state.operators[static_cast<size_t>(index)];
}

std::vector<c10::IValue> arguments(const Call& call, const Operator& op, size_t first, uint32_t mask, bool strict) {
  const size_t given = call.count > first ? call.count - first : 0;
  if (given > op.parameters.size())
    throw ArgumentError("takes at most " + std::to_string(op.parameters.size()) + " arguments, got " + std::to_string(given));
  std::vector<c10::IValue> stack;
  stack.reserve(op.parameters.size());
  for (size_t index = 0; index < op.parameters.size(); index++) {
    const Parameter& wanted = op.parameters[index];
    try {
      stack.push_back(convert(call, call.at(first + index), wanted, (mask >> index) & 1u, strict));
    } catch (const std::invalid_argument& error) {
      throw ArgumentError("argument \"" + wanted.name + "\": " + error.what());
    }
  }
  return stack;
}

// ---------------------------------------------------------------------------------------------------------
// Operators

/** resolve(name, overload): how to call an operator, or undefined where there is none. */
napi_value resolve(const Call& call) {
  const std::string name = text(call.env, call.at(0));
  const std::string overload = text(call.env, call.at(1));
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found) return nothing(call.env);
  const c10::FunctionSchema& schema = found->schema();
  std::shared_ptr<Operator> op(new Operator{*found, {}, false});
  if (schema.arguments().size() > kMostArguments) fail("operators with more than 31 arguments are not supported");
  napi_value parameters, result;
  check(napi_create_array(call.env, &parameters));
  for (const c10::Argument& argument : schema.arguments()) {
    op->parameters.push_back(parameter(argument));
    const Parameter& wanted = op->parameters.back();
    op->writes = op->writes || wanted.written;
    napi_value entry;
    check(napi_create_object(call.env, &entry));
    set(call.env, entry, "name", from(call.env, wanted.name));
    set(call.env, entry, "type", from(call.env, wanted.type));
    set(call.env, entry, "keywordOnly", from(call.env, wanted.kwarg_only));
    check(napi_set_element(call.env, parameters, static_cast<uint32_t>(op->parameters.size() - 1), entry));
  }
  std::string returns;
  for (const c10::Argument& argument : schema.returns()) returns += result_code(argument.type());
  check(napi_create_object(call.env, &result));
  set(call.env, result, "id", from(call.env, static_cast<double>(call.state.operators.size())));
  set(call.env, result, "parameters", parameters);
  set(call.env, result, "returns", from(call.env, returns));
  set(call.env, result, "schema", from(call.env, c10::toString(schema)));
  call.state.operators.push_back(std::move(op));
  return result;
}

/** overloads(name): the overload names of an operator. overloads(): the names of all operators. */
napi_value overloads(const Call& call) {
  auto& known = call.state.overloads;
  if (known.empty())
    for (const c10::OperatorName& each : c10::Dispatcher::singleton().getAllOpNames())
      if (c10::Dispatcher::singleton().findSchema(each)) known[each.name].push_back(each.overload_name);
  if (call.count == 0) {
    std::vector<std::string> names;
    for (const auto& entry : known) names.push_back(entry.first);
    return array(call.env, names);
  }
  const auto found = known.find(text(call.env, call.at(0)));
  return array(call.env, found == known.end() ? std::vector<std::string>{} : found->second);
}

/** fits(operator, tensor mask, strict, ...arguments): whether the schema takes these arguments. */
napi_value fits(const Call& call) {
  const Operator& op = operator_at(call, call.at(0));
  try {
    arguments(call, op, 3, static_cast<uint32_t>(whole(call.env, call.at(1))), truth(call.env, call.at(2)));
    return from(call.env, true);
  } catch (const std::exception&) {
    return from(call.env, false);
  }
}

/** call(operator, tensor mask, ...arguments): one result as it is, several as an array. */
napi_value run(const Call& call) {
  Operator& op = operator_at(call, call.at(0));
  const uint32_t mask = static_cast<uint32_t>(whole(call.env, call.at(1)));
  std::vector<c10::IValue> stack = arguments(call, op, 2, mask, false);
  // What an in-place or out operator gives back is the tensor it was given: the same handle, not another one.
  std::vector<std::pair<const c10::TensorImpl*, napi_value>> written;
  if (op.writes)
    for (size_t index = 0; index < op.parameters.size(); index++)
      if (op.parameters[index].written && ((mask >> index) & 1u))
        written.emplace_back(stack[index].toTensor().unsafeGetTensorImpl(), call.at(2 + index));
  op.handle.callBoxed(&stack);
  const auto give = [&](const c10::IValue& value) {
    if (value.isTensor() && !written.empty())
      for (const auto& each : written)
        if (each.first == value.toTensor().unsafeGetTensorImpl()) return each.second;
    return result_of(call, value);
  };
  if (stack.empty()) return nothing(call.env);
  if (stack.size() == 1) return give(stack[0]);
  napi_value result;
  check(napi_create_array_with_length(call.env, stack.size(), &result));
  for (size_t index = 0; index < stack.size(); index++)
    check(napi_set_element(call.env, result, static_cast<uint32_t>(index), give(stack[index])));
  return result;
}

// ---------------------------------------------------------------------------------------------------------
// Tensors

napi_value release(const Call& call) {
  int64_t bytes = 0;
  for (size_t index = 0; index < call.count; index++) bytes += call.state.release(number(call.env, call.at(index)));
  call.state.external(call.env, -bytes);
  return nothing(call.env);
}

/** releaseAll(Float64Array of handles, count) */
napi_value release_all(const Call& call) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  check(napi_get_typedarray_info(call.env, call.at(0), &type, &length, &data, nullptr, nullptr));
  if (type != napi_float64_array) fail("expected a Float64Array");
  const size_t count = std::min(length, static_cast<size_t>(whole(call.env, call.at(1))));
  int64_t bytes = 0;
  // Last made, first freed: the allocator hands the blocks out again in the order of the next step.
  for (size_t index = count; index-- > 0;) bytes += call.state.release(static_cast<const double*>(data)[index]);
  call.state.external(call.env, -bytes);
  return nothing(call.env);
}

/** adopt(handle): the tensor now lives as long as its JavaScript object, so V8 is told how big it is. */
napi_value adopt(const Call& call) {
  Slot* slot = call.state.find(number(call.env, call.at(0)));
  if (slot != nullptr && slot->adopted_bytes == 0) {
    slot->adopted_bytes = static_cast<int64_t>(slot->tensor.nbytes());
    call.state.external(call.env, slot->adopted_bytes);
  }
  return nothing(call.env);
}

napi_value live(const Call& call) { return from(call.env, call.state.live); }

const at::Tensor& self(const Call& call) { return call.state.get(number(call.env, call.at(0))); }

napi_value shape(const Call& call) { return array(call.env, self(call).sizes()); }
napi_value strides(const Call& call) { return array(call.env, self(call).strides()); }
napi_value count(const Call& call) { return from(call.env, self(call).numel()); }
napi_value dtype(const Call& call) { return from(call.env, std::string(type_name(self(call).scalar_type()))); }
napi_value device_of(const Call& call) { return from(call.env, self(call).device().str()); }
napi_value requires_grad(const Call& call) { return from(call.env, self(call).requires_grad()); }
napi_value grad(const Call& call) { return from(call.env, call.state.add(self(call).grad())); }

napi_value item(const Call& call) {
  const at::Scalar value = self(call).item();
  if (value.isFloatingPoint()) return from(call.env, value.toDouble());
  if (value.isBoolean()) return from(call.env, value.toBool() ? 1.0 : 0.0);
  return from(call.env, static_cast<double>(value.toLong()));
}

napi_value set_requires_grad(const Call& call) {
  self(call).requires_grad_(truth(call.env, call.at(1)));
  return nothing(call.env);
}

napi_value set_grad(const Call& call) {
  const double gradient = number(call.env, call.at(1));
  self(call).mutable_grad() = gradient == 0 ? at::Tensor() : call.state.get(gradient);
  return nothing(call.env);
}

/**
 * fromTypedArray(typed array, shape, dtype, share): shared memory is kept alive by a reference that goes when
 * the last tensor over it goes; else the bytes are copied.
 */
napi_value from_typed_array(const Call& call) {
  napi_env env = call.env;
  bool is_typed = false;
  if (call.at(0) != nullptr) check(napi_is_typedarray(env, call.at(0), &is_typed));
  if (!is_typed) fail("expected a typed array");
  napi_typedarray_type type;
  napi_value buffer;
  size_t length = 0, offset = 0, bytes = 0;
  void *data = nullptr, *start = nullptr;
  check(napi_get_typedarray_info(env, call.at(0), &type, &length, &data, &buffer, &offset));
  constexpr size_t kElementBytes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  const size_t given = length * (static_cast<size_t>(type) < 11 ? kElementBytes[type] : 2);
  const std::vector<int64_t> sizes = list<int64_t>(env, call.at(1), 0, whole);
  const at::ScalarType dtype = scalar_type(text(env, call.at(2)));
  double wanted = static_cast<double>(c10::elementSize(dtype));
  for (const int64_t size : sizes) {
    if (size < 0) fail("a size is negative");
    wanted *= static_cast<double>(size);
  }
  if (wanted != static_cast<double>(given))
    fail("the shape needs " + std::to_string(static_cast<int64_t>(wanted)) + " bytes, the array has " + std::to_string(given));
  const auto options = at::TensorOptions().dtype(dtype);
  if (given == 0 || !truth(env, call.at(3))) {
    at::Tensor tensor = at::detail::empty_cpu(sizes, options);
    if (given > 0) std::memcpy(tensor.data_ptr(), data, given);
    return from(env, call.state.add(tensor));
  }
  check(napi_get_arraybuffer_info(env, buffer, &start, &bytes));
  if (data == nullptr || bytes < given) fail("the memory of the array was transferred away");
  napi_ref reference;
  check(napi_create_reference(env, call.at(0), 1, &reference));
  const std::shared_ptr<Releases> releases = call.state.releases;
  const auto deleter = [releases, reference](void*) {
    std::lock_guard<std::mutex> lock(releases->mutex);
    releases->references.push_back(reference);
    releases->waiting.store(true, std::memory_order_release);
  };
  return from(env, call.state.add(at::from_blob(data, sizes, deleter, options)));
}

/** toArrayBuffer(handle, share): the elements row by row; with `share` over the tensor's own memory if it can. */
napi_value to_array_buffer(const Call& call) {
  napi_env env = call.env;
  at::Tensor tensor = self(call).detach().to(at::kCPU).contiguous();
  const size_t bytes = tensor.nbytes();
  napi_value result;
  if (bytes > 0 && truth(env, call.at(1))) {
    std::unique_ptr<at::Tensor> keeper(new at::Tensor(tensor));
    const auto drop = [](napi_env, void*, void* hint) { delete static_cast<at::Tensor*>(hint); };
    if (napi_create_external_arraybuffer(env, tensor.data_ptr(), bytes, drop, keeper.get(), &result) == napi_ok) {
      keeper.release();
      return result;
    }
  }
  void* data = nullptr;
  check(napi_create_arraybuffer(env, bytes, &data, &result));
  if (bytes > 0) std::memcpy(data, tensor.data_ptr(), bytes);
  return result;
}

// ---------------------------------------------------------------------------------------------------------
// Autograd, autocast, random numbers, threads

/** backward(tensors, gradients, retain graph, create graph, inputs) */
napi_value backward(const Call& call) {
  torch::autograd::backward(tensors(call, call.at(0)), tensors(call, call.at(1)), truth(call.env, call.at(2)),
                            truth(call.env, call.at(3)), tensors(call, call.at(4)));
  return nothing(call.env);
}

/** gradients(outputs, inputs, output gradients, retain graph, create graph, allow unused) */
napi_value gradients(const Call& call) {
  return handles(call, torch::autograd::grad(tensors(call, call.at(0)), tensors(call, call.at(1)),
                                             tensors(call, call.at(2)), truth(call.env, call.at(3)),
                                             truth(call.env, call.at(4)), truth(call.env, call.at(5))));
}

napi_value set_grad_mode(const Call& call) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(truth(call.env, call.at(0)));
  return from(call.env, before);
}

/** autocast(device, enabled, dtype): sets it and gives [enabled, dtype] as they were. */
napi_value autocast(const Call& call) {
  const at::DeviceType kind = device(call.env, call.at(0)).type();
  const bool enabled = truth(call.env, call.at(1));
  const at::ScalarType type = scalar_type(text(call.env, call.at(2)));
  bool was_enabled;
  at::ScalarType was_type;
#if TORCH_AT_LEAST(2, 4)
  was_enabled = at::autocast::is_autocast_enabled(kind);
  was_type = at::autocast::get_autocast_dtype(kind);
  at::autocast::set_autocast_enabled(kind, enabled);
  at::autocast::set_autocast_dtype(kind, type);
#else
  if (kind == at::kCUDA) {
    was_enabled = at::autocast::is_enabled();
    was_type = at::autocast::get_autocast_gpu_dtype();
    at::autocast::set_enabled(enabled);
    at::autocast::set_autocast_gpu_dtype(type);
  } else if (kind == at::kCPU) {
    was_enabled = at::autocast::is_cpu_enabled();
    was_type = at::autocast::get_autocast_cpu_dtype();
    at::autocast::set_cpu_enabled(enabled);
    at::autocast::set_autocast_cpu_dtype(type);
  } else {
    fail("autocast works on cpu and cuda");
  }
#endif
  at::autocast::clear_cache();
  napi_value result;
  check(napi_create_array_with_length(call.env, 2, &result));
  check(napi_set_element(call.env, result, 0, from(call.env, was_enabled)));
  check(napi_set_element(call.env, result, 1, from(call.env, std::string(type_name(was_type)))));
  return result;
}

napi_value seed(const Call& call) {
  at::manual_seed(static_cast<uint64_t>(whole(call.env, call.at(0))));
  return nothing(call.env);
}

at::Generator generator(const Call& call) {
  const at::Device where = device(call.env, call.at(0));
  return at::globalContext().defaultGenerator(where);
}

napi_value random_state(const Call& call) {
  at::Generator source = generator(call);
  std::lock_guard<std::mutex> lock(source.mutex());
  return from(call.env, call.state.add(source.get_state()));
}

napi_value set_random_state(const Call& call) {
  at::Generator source = generator(call);
  const at::Tensor& state = call.state.get(number(call.env, call.at(1)));
  std::lock_guard<std::mutex> lock(source.mutex());
  source.set_state(state);
  return nothing(call.env);
}

napi_value set_threads(const Call& call) {
  const int64_t threads = whole(call.env, call.at(0));
  if (threads < 1 || threads > 1024) fail("expected 1 to 1024 threads");
  at::set_num_threads(static_cast<int>(threads));
  return nothing(call.env);
}

napi_value threads(const Call& call) { return from(call.env, static_cast<double>(at::get_num_threads())); }

napi_value about(const Call& call) {
  napi_value result;
  check(napi_create_object(call.env, &result));
  set(call.env, result, "version", from(call.env, std::string(TORCH_VERSION)));
  set(call.env, result, "config", from(call.env, at::show_config()));
  const bool cuda = at::hasCUDA();
  set(call.env, result, "cuda", from(call.env, cuda));
  set(call.env, result, "cudaDevices",
      from(call.env, cuda ? static_cast<double>(at::detail::getCUDAHooks().getNumGPUs()) : 0.0));
  return result;
}

}  // namespace
}  // namespace synray

NAPI_MODULE_INIT() {
  using namespace synray;
  try {
    c10::SetCPUAllocator(&synray::BlockAllocator::instance());
    check(napi_set_instance_data(
        env, new State(), [](napi_env, void* data, void*) { delete static_cast<State*>(data); }, nullptr));
    define<resolve>(env, exports, "resolve");
    define<overloads>(env, exports, "overloads");
    define<fits>(env, exports, "fits");
    define<run>(env, exports, "call");
    define<release>(env, exports, "release");
    define<release_all>(env, exports, "releaseAll");
    define<adopt>(env, exports, "adopt");
    define<live>(env, exports, "live");
    define<shape>(env, exports, "shape");
    define<strides>(env, exports, "strides");
    define<count>(env, exports, "count");
    define<dtype>(env, exports, "dtype");
    define<device_of>(env, exports, "device");
    define<requires_grad>(env, exports, "requiresGrad");
    define<set_requires_grad>(env, exports, "setRequiresGrad");
    define<grad>(env, exports, "grad");
    define<set_grad>(env, exports, "setGrad");
    define<item>(env, exports, "item");
    define<from_typed_array>(env, exports, "fromTypedArray");
    define<to_array_buffer>(env, exports, "toArrayBuffer");
    define<backward>(env, exports, "backward");
    define<gradients>(env, exports, "gradients");
    define<set_grad_mode>(env, exports, "setGradMode");
    define<autocast>(env, exports, "autocast");
    define<seed>(env, exports, "seed");
    define<random_state>(env, exports, "randomState");
    define<set_random_state>(env, exports, "setRandomState");
    define<set_threads>(env, exports, "setThreads");
    define<threads>(env, exports, "threads");
    define<about>(env, exports, "about");
    define_distributed(env, exports);
    return exports;
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}
