import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/model';

/** Typed access to the attributes of a node; an attribute of another kind counts as absent. */
export class NodeAttributes {
  private attributes: ReadonlyMap<string, OnnxAttribute> = new Map();

  protected readFrom(node: OnnxNode): void {
    this.attributes = node.attributes;
  }

  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  int(name: string, fallback?: number): number | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'int' ? attribute.value : fallback;
  }

  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  float(name: string, fallback?: number): number | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'float' ? attribute.value : fallback;
  }

  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  string(name: string, fallback?: string): string | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'string' ? attribute.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'ints' ? attribute.value : undefined;
  }

  floats(name: string): readonly number[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'floats' ? attribute.value : undefined;
  }

  strings(name: string): readonly string[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'strings' ? attribute.value : undefined;
  }

  tensor(name: string): OnnxTensor | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'tensor' ? attribute.value : undefined;
  }

  graph(name: string): OnnxGraph | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'graph' ? attribute.value : undefined;
  }
}
