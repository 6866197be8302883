/**
 * Python module `open_inference.py`: messages of the Open Inference Protocol v2 with binary tensors, and the encodings of
 * links, as relays speak them. NumPy is all that it needs.
 */
export const protocolModule = `"""The Open Inference Protocol v2 with binary tensors, as the relays of DNNSplit speak it."""

import json
import math

import numpy as np

TYPES = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
}
NAMES = {np.dtype(kind): name for name, kind in TYPES.items()}
SCALE = "dnnsplit_scale"
HALF_OVERFLOW = 65520  # Numbers from here on round to infinity as a half.


class Refusal(Exception):
    """A request that cannot be answered: status and sentence."""

    def __init__(self, status, message):
        super().__init__(status, message)
        self.status = status
        self.message = message


def decode_request(body, header_length):
    """Returns the JSON part, and (array, scale) by the name of each input."""
    length = len(body) if header_length is None else _whole(header_length)
    if length > len(body):
        raise Refusal(400, f"Inference-Header-Content-Length is {length}, but the body has {len(body)} bytes.")
    try:
        request = json.loads(body[:length])
        inputs = request["inputs"]
        at = length
        tensors = {}
        for tensor in inputs:
            array, scale, at = _decode_tensor(tensor, body, at)
            if tensor["name"] in tensors:
                raise Refusal(400, f'Tensor "{tensor["name"]}" is given twice.')
            tensors[tensor["name"]] = (array, scale)
    except (ValueError, KeyError, TypeError, AttributeError) as thrown:
        raise Refusal(400, f"The request is not valid: {thrown!r}.") from thrown
    if at != len(body):
        raise Refusal(400, f"{len(body) - at} bytes of binary data belong to no tensor.")
    return request, tensors


def _whole(text):
    if not text.isascii() or not text.isdigit():
        raise Refusal(400, f'Inference-Header-Content-Length is "{text}", but it must be a whole number.')
    return int(text)


def _decode_tensor(tensor, body, at):
    name, shape = tensor["name"], tensor["shape"]
    kind = TYPES.get(tensor["datatype"])
    if kind is None:
        raise Refusal(400, f'Input "{name}" has the unknown datatype "{tensor["datatype"]}".')
    parameters = tensor.get("parameters") or {}
    size = parameters.get("binary_data_size")
    if size is None:
        return np.asarray(tensor["data"], dtype=kind).reshape(shape), None, at
    expected = math.prod(shape) * np.dtype(kind).itemsize
    if size != expected or at + size > len(body):
        raise Refusal(400, f'Input "{name}" has {size} bytes, but its shape takes {expected}.')
    array = np.frombuffer(body, dtype=kind, count=math.prod(shape), offset=at).reshape(shape)
    return array, parameters.get(SCALE), at + size


def encode_response(model, request, outputs, parameters):
    """Returns body and headers; each output comes in the form that was asked for."""
    binary = (request.get("parameters") or {}).get("binary_data_output") is True
    wanted = request.get("outputs") or [{"name": name} for name in outputs]
    described, parts = [], []
    for each in wanted:
        array = outputs.get(each["name"])
        if array is None:
            raise Refusal(400, f'The model has no output "{each["name"]}".')
        entry = {"name": each["name"], "datatype": NAMES[array.dtype], "shape": list(array.shape)}
        if (each.get("parameters") or {}).get("binary_data", binary) is True:
            data = np.ascontiguousarray(array).tobytes()
            entry["parameters"] = {"binary_data_size": len(data)}
            parts.append(data)
        else:
            entry["data"] = array.ravel().tolist()
        described.append(entry)
    head = {"model_name": model, "model_version": "1", "parameters": parameters, "outputs": described}
    if request.get("id") is not None:
        head["id"] = request["id"]
    text = json.dumps(head).encode()
    if not parts:
        return text, {"content-type": "application/json"}
    text += b" " * (-len(text) % 8)
    headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(len(text))}
    return b"".join([text, *parts]), headers


def encode_for_wire(array, wire):
    """(array, scale) as it travels over a link; tensors that its encoding would change beyond rounding travel as they are."""
    if array.dtype != np.float32 or wire == "original":
        return array, None
    largest = float(np.max(np.abs(array), initial=0.0))
    if wire == "float16":
        return (array.astype(np.float16), None) if largest < HALF_OVERFLOW else (array, None)
    scale = largest / 127 if largest > 0 else 1.0
    if not math.isfinite(largest) or np.float32(scale) == 0:
        return array, None
    return np.floor(array.astype(np.float64) / scale + 0.5).astype(np.int8), scale


def decode_from_wire(name, array, scale, dtype):
    """The array in the type that a contract names."""
    if array.dtype == np.dtype(dtype):
        return array
    if dtype == "float32" and array.dtype == np.float16:
        return array.astype(np.float32)
    if dtype == "float32" and array.dtype == np.int8 and scale is not None:
        return (array.astype(np.float64) * scale).astype(np.float32)
    raise Refusal(400, f'Input "{name}" is {NAMES[array.dtype]} instead of {dtype}.')
`;
