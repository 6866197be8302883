import type { OnnxAttribute } from '../model';
import { ByteTable } from './byteTable';

export interface NamedAttribute {
  readonly name: string;
  /** None where the file states no type and no value, or a value too large for any analysis to need (an embedded engine). */
  readonly attribute: OnnxAttribute | undefined;
  /** True where nothing in it has a place in the file: equal bytes at another node are the same attribute. */
  readonly isPlain: boolean;
}

/**
 * Plain attributes in the order of a node. Networks repeat their blocks, so that thousands of nodes have the same ones: lists
 * that begin alike share their beginning, and equal ones their map.
 */
export class AttributeList {
  #map: ReadonlyMap<string, OnnxAttribute> | undefined;
  #longer: Map<NamedAttribute, AttributeList> | undefined;
  readonly #before: AttributeList | undefined;
  readonly #last: NamedAttribute | undefined;

  constructor(before?: AttributeList, last?: NamedAttribute) {
    this.#before = before;
    this.#last = last;
  }

  /** This list and one more attribute. */
  with(next: NamedAttribute): AttributeList {
    const known = this.#longer?.get(next);
    if (known !== undefined) return known;
    const longer = new AttributeList(this, next);
    this.#longer ??= new Map();
    this.#longer.set(next, longer);
    return longer;
  }

  /** The attributes by name; of two with one name the later one. */
  get map(): ReadonlyMap<string, OnnxAttribute> {
    this.#map ??= this.#makeMap();
    return this.#map;
  }

  #makeMap(): ReadonlyMap<string, OnnxAttribute> {
    const attributes: NamedAttribute[] = [];
    let list: AttributeList | undefined = this;
    for (; list !== undefined; list = list.#before) if (list.#last !== undefined) attributes.push(list.#last);
    const map = new Map<string, OnnxAttribute>();
    for (const { name, attribute } of attributes.reverse()) if (attribute !== undefined) map.set(name, attribute);
    return map;
  }
}

/** What the attributes of a model share. */
export class SharedAttributes {
  /** Plain attributes by the bytes of their messages. */
  readonly table = new ByteTable<NamedAttribute>();
  readonly none = new AttributeList();
}
