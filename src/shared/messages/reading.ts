/** Reading a model's file: what it is if it is no model, and what is wrong with it if it is one. */
export const readingMessages = {
  'file.empty': 'The file is empty. Export or download the model again.',
  'file.zeros': 'The file starts with nothing but zeros, probably after a failed download. Download the model again.',
  'file.gzip': 'The file is compressed with gzip. Unpack it and open the model inside.',
  'file.zip':
    'The file is a zip archive, which may be a PyTorch checkpoint. Unpack it or export the network to ONNX, then open the model.',
  'file.hdf5': 'The file is HDF5, the format of Keras. Convert it to ONNX, for example with tf2onnx.',
  'file.pickle': 'The file is a Python pickle. Export the network to ONNX and open the result.',
  'file.tensorFlowLite': 'The file is a TensorFlow Lite model. Convert it to ONNX, for example with tf2onnx.',
  'file.ort': "The file is in ONNX Runtime's own format. Open the ONNX model it was made from.",
  'file.lfsPointer': 'The file is a Git LFS pointer, not the model itself. Run "git lfs pull" and open it again.',
  'file.numpy': 'The file is a NumPy array, not a model. Open the .onnx file instead.',
  'file.gguf': 'The file is GGUF, the format of llama.cpp, which holds no graph. Export the network to ONNX.',
  'file.safetensors': 'The file is safetensors, which holds weights but no graph. Export the network to ONNX.',
  'file.onnxText':
    "The file is in ONNX's text syntax. Save it as a binary model with onnx.save(onnx.parser.parse_model(text), 'model.onnx') and open that.",
  'file.protobufText':
    "The file is an ONNX model in protobuf's text format. Load it with onnx.load and format='textproto', save it with onnx.save and open the result.",
  'file.onnxJson':
    "The file is an ONNX model as JSON. Load it with onnx.load and format='json', save it with onnx.save and open the result.",
  'file.openVino': 'The file is an OpenVINO model. Open the ONNX model it was made from.',
  'file.webPage': 'The file is a web page or XML, not a model. The download probably failed; download the model again.',
  'file.json': 'The file is JSON, not an ONNX model. Open the .onnx file instead.',
  'file.text': 'The file is plain text, not an ONNX model. Open the .onnx file instead.',
  'file.tensorFlow': 'The file is a TensorFlow or Core ML model. Convert it to ONNX and open the result.',
  'file.tensor':
    'The file holds a single tensor (TensorProto), as test data does, and no graph. Open the model itself.',
  'file.tensors': 'The file holds a list of tensors, as test data does, and no graph. Open the model itself.',
  'file.graph':
    'The file holds a graph without its model (GraphProto). Wrap it with onnx.helper.make_model and open the result.',
  'file.noGraph': 'The file holds no ONNX graph. Choose a file that contains a complete model.',

  'model.damaged': 'The model is damaged at byte {byteOffset}: {what}. Export or download it again.',
  'model.notOnnx': 'The file is not an ONNX model: at byte {byteOffset}, {what}. Choose another file.',
  'model.truncated':
    'The model is truncated: it needs at least {needed|# byte|# bytes}, but the file ends after {size}. Download or export it again.',
  'model.tooLarge':
    'The model is too large: its nodes, names and attributes exceed what DNNSplit can hold in memory. Only weights may be this large.',
  'model.externalRange':
    'Weights are incomplete: tensor "{tensor}" needs bytes {from} to {to} of "{location}", which has only {size|# byte|# bytes}. Download that file again.',

  'damage.function': 'function "{name}" is defined twice',
  'damage.secondGraph': 'a second graph starts there',
  'damage.nesting': '{message} is nested more than {levels|# level|# levels} deep',
  'damage.wireType': 'field {field} of {message} has wire type {wire} instead of {expected}',
  'damage.longName': 'a name or list is {length|# byte|# bytes} long, more than any model needs',
  'damage.endlessListEnd': 'the last number in field {field} of {message} does not end',
  'damage.partialNumbers': 'field {field} of {message} is not a whole number of {bytes}-byte numbers long',
  'damage.negativeDimension': 'a tensor has the negative dimension {dim}',
  'damage.hugeTensor': 'a tensor of shape [{shape}] is larger than any computer can hold',
  'damage.noLocation': 'a tensor has external data without a location',
  'damage.byteCount': 'external data has "{text}" instead of a number of bytes',
  'damage.noLength': 'tensor "{tensor}" of type {dtype} has external data of unknown length',
  'damage.heldBytes': 'tensor "{tensor}" holds {held|# byte|# bytes}, but its type and shape need {needed}',
  'damage.sparse': 'a sparse tensor lacks its values or its indices',
  'damage.fieldNumber': '{message} has the invalid field number {field}',
  'damage.unusedWireType': 'field {field} of {message} has wire type {wire}, which ONNX does not use',
  'damage.fieldLength':
    'field {field} of {message} claims to be {length|# byte|# bytes} long, but only {left|# byte is|# bytes are} left',
  'damage.longNumber': 'a number in {message} takes more than 10 bytes',
  'damage.endlessNumber': 'a number in {message} does not end',
} as const;
