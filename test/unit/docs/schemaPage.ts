/** A JSON schema, as far as a page tells of it. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly additionalProperties?: boolean | Schema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** A page that lists every field of a document, made from its schema. */
export function schemaPage(title: string, about: string, schema: Schema): string {
  const versions = schema.properties ? [] : (schema.oneOf ?? schema.anyOf ?? []);
  return [
    '<!-- Made from the schema by test/unit/docs/reference.test.ts: run it with -u instead of editing this page. -->',
    `# ${title}`,
    about,
    ...(versions.length === 0
      ? [tableOf(schema)]
      : versions.flatMap((version) => [
          `## Version ${version.properties?.['formatVersion']?.const}`,
          tableOf(version),
        ])),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function tableOf(schema: Schema): string {
  const rows = fieldsOf(schema, '').map(
    ({ path, type, isRequired, description }) =>
      `| \`${path}\` | ${type} | ${isRequired ? 'yes' : ''} | ${description} |`,
  );
  return ['| field | type | required | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function fieldsOf(schema: Schema, prefix: string): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (name === '$schema') return [];
    const path = `${prefix}${name}`;
    const row = {
      path,
      type: typeOf(field),
      isRequired: schema.required?.includes(name) === true,
      description: cell(field.description ?? ''),
    };
    return [row, ...insideOf(field, path)];
  });
}

/** The fields inside of a field, a list or a record. */
function insideOf(field: Schema, path: string): Field[] {
  const items = isList(field.items) ? undefined : field.items;
  if (items !== undefined) return insideOf(items, `${path}[]`);
  const object = field.properties ? field : (field.anyOf ?? field.oneOf ?? []).find(({ properties }) => properties);
  if (object !== undefined) return fieldsOf(object, `${path}.`);
  const values = field.additionalProperties;
  return typeof values === 'object' ? insideOf(values, `${path}.*`) : [];
}

function typeOf(field: Schema): string {
  const choices = field.anyOf ?? field.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (field.enum) return field.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (isList(field.items)) return `[${field.items.map(typeOf).join(', ')}]`;
  if (field.items) return `list of ${typeOf(field.items)}`;
  const names = [field.type ?? 'any'].flat().map((type) => (type === 'integer' ? 'whole number' : type));
  return `${names.join(' or ')}${boundsOf(field)}`;
}

function boundsOf({ minimum, exclusiveMinimum, maximum }: Schema): string {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
  // The smallest number that is told apart from 0.
  if (minimum !== undefined && minimum > 0 && minimum < 1e-9) return ' above 0';
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) return ` from ${minimum}${most || ' upwards'}`;
  return most;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

function isList(items: Schema['items']): items is readonly Schema[] {
  return Array.isArray(items);
}
