import { onnx } from 'onnx-proto';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxType } from '../../src/engine/onnx/model';
import { dtypeToOnnx } from '../../src/shared/vocabulary/dtype';

/** What the reader and `onnx-proto` both say of a node, a tensor or a type, in one form, so that they can be compared. */
type View = Record<string, unknown>;

const number = (value: number | { toNumber(): number } | null | undefined): number =>
  typeof value === 'number' ? value : (value?.toNumber() ?? 0);
const text = (bytes: Uint8Array | null | undefined): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));

/** A graph as the reader has it. */
export function viewOfGraph(graph: OnnxGraph): View {
  return {
    nodes: graph.nodes.map(viewOfNode),
    inputs: graph.inputs.map(({ name, type }) => [name, viewOfType(type)]),
    outputs: graph.outputs.map(({ name, type }) => [name, viewOfType(type)]),
    valueInfo: [...graph.valueInfo.values()].map(({ name, type }) => [name, viewOfType(type)]),
    initializers: [...graph.initializers.values()].map(viewOfTensor),
  };
}

/** A graph as `onnx-proto` decodes it from the whole file. */
export function viewOfGraphMessage(graph: onnx.IGraphProto): View {
  return {
    nodes: (graph.node ?? []).map(viewOfNodeMessage),
    inputs: (graph.input ?? []).map(({ name, type }) => [name, viewOfTypeMessage(type)]),
    outputs: (graph.output ?? []).map(({ name, type }) => [name, viewOfTypeMessage(type)]),
    valueInfo: (graph.valueInfo ?? []).map(({ name, type }) => [name, viewOfTypeMessage(type)]),
    initializers: (graph.initializer ?? []).map(viewOfTensorMessage),
  };
}

function viewOfNode(node: OnnxNode): View {
  return {
    name: node.name,
    op: node.op,
    domain: node.domain,
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: [...node.attributes].map(([name, attribute]) => [name, viewOfAttribute(attribute)]),
  };
}

function viewOfNodeMessage(node: onnx.INodeProto): View {
  return {
    name: node.name ?? '',
    op: node.opType ?? '',
    domain: node.domain === 'ai.onnx' ? '' : (node.domain ?? ''),
    inputs: node.input ?? [],
    outputs: node.output ?? [],
    attributes: (node.attribute ?? []).map((attribute) => [attribute.name, viewOfAttributeMessage(attribute)]),
  };
}

function viewOfAttribute(attribute: OnnxAttribute): unknown {
  switch (attribute.kind) {
    case 'tensor':
      return viewOfTensor(attribute.value);
    case 'tensors':
      return attribute.value.map(viewOfTensor);
    case 'graph':
      return viewOfGraph(attribute.value);
    case 'graphs':
      return attribute.value.map(viewOfGraph);
    case 'type':
      return viewOfType(attribute.value);
    case 'types':
      return attribute.value.map(viewOfType);
    default:
      return attribute.value;
  }
}

function viewOfAttributeMessage(attribute: onnx.IAttributeProto): unknown {
  if (attribute.refAttrName) return attribute.refAttrName;
  const types = onnx.AttributeProto.AttributeType;
  switch (attribute.type) {
    case types.FLOAT:
      return attribute.f ?? 0;
    case types.INT:
      return number(attribute.i);
    case types.STRING:
      return text(attribute.s);
    case types.TENSOR:
      return viewOfTensorMessage(attribute.t ?? {});
    case types.GRAPH:
      return viewOfGraphMessage(attribute.g ?? {});
    case types.FLOATS:
      return attribute.floats ?? [];
    case types.INTS:
      return (attribute.ints ?? []).map(number);
    case types.STRINGS:
      return (attribute.strings ?? []).map(text);
    case types.TENSORS:
      return (attribute.tensors ?? []).map(viewOfTensorMessage);
    case types.GRAPHS:
      return (attribute.graphs ?? []).map(viewOfGraphMessage);
    case types.TYPE_PROTO:
      return viewOfTypeMessage(attribute.tp);
    case types.TYPE_PROTOS:
      return (attribute.typeProtos ?? []).map(viewOfTypeMessage);
    default:
      return undefined;
  }
}

function viewOfTensor(tensor: OnnxTensor): View {
  const { name, dtype, shape, payload } = tensor;
  const external = payload.kind === 'external' ? [payload.location, payload.offset, payload.length] : undefined;
  const strings = payload.kind === 'strings' ? payload.strings : [];
  return { name, dtype: dtypeToOnnx(dtype), shape, external, strings };
}

function viewOfTensorMessage(tensor: onnx.ITensorProto): View {
  const isExternal = tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL;
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value]));
  const length = entries.get('length');
  const external = [entries.get('location'), Number(entries.get('offset') ?? 0), length && Number(length)];
  return {
    name: tensor.name ?? '',
    dtype: tensor.dataType ?? 0,
    shape: (tensor.dims ?? []).map(number),
    external: isExternal ? external : undefined,
    strings: (tensor.stringData ?? []).map(text),
  };
}

function viewOfType(type: OnnxType | undefined): unknown {
  if (type === undefined) return undefined;
  switch (type.kind) {
    case 'opaque':
      return undefined;
    case 'tensor':
    case 'sparse-tensor':
      return [type.kind, dtypeToOnnx(type.dtype), type.shape];
    case 'map':
      return ['map', dtypeToOnnx(type.key), viewOfType(type.value)];
    default:
      return [type.kind, viewOfType(type.element)];
  }
}

function viewOfTypeMessage(type: onnx.ITypeProto | null | undefined): unknown {
  const tensor = type?.tensorType ?? type?.sparseTensorType;
  if (tensor) {
    const shape = tensor.shape ? (tensor.shape.dim ?? []).map(viewOfDimMessage) : undefined;
    return [type?.tensorType ? 'tensor' : 'sparse-tensor', tensor.elemType ?? 0, shape];
  }
  if (type?.sequenceType) return ['sequence', viewOfTypeMessage(type.sequenceType.elemType)];
  if (type?.optionalType) return ['optional', viewOfTypeMessage(type.optionalType.elemType)];
  if (type?.mapType) return ['map', type.mapType.keyType ?? 0, viewOfTypeMessage(type.mapType.valueType)];
  return undefined;
}

/** Negative and nameless dimensions are unknown. */
function viewOfDimMessage(dim: onnx.TensorShapeProto.IDimension): number | string | undefined {
  if (dim.dimParam) return dim.dimParam;
  const value = Object.hasOwn(dim, 'dimValue') ? number(dim.dimValue) : -1;
  return value < 0 ? undefined : value;
}
