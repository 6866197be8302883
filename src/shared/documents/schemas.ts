import * as z from 'zod';
import { configSchema } from './config';
import { contractSchema } from './contract';
import { outputSchemas } from './outputs';
import { planDocumentSchema } from './plan';
import { profileSchema } from './profile';

/** A preset as completion offers it. */
interface NamedPreset {
  readonly id: string;
  readonly title: string;
}

export interface SchemaPresets {
  readonly tierPresets: readonly NamedPreset[];
  readonly linkPresets: readonly NamedPreset[];
}

/** A JSON schema, as far as it is changed here. */
interface JsonSchema {
  [key: string]: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

/** The JSON schemas of all documents and of what the command line prints, by the name of their file in `dist/schemas`; presets become completions. */
export function documentSchemas({ tierPresets, linkPresets }: SchemaPresets): Readonly<Record<string, unknown>> {
  const dnnsplit = jsonSchema(configSchema);
  offerPresets(dnnsplit.properties?.['tiers']?.items?.properties?.['preset'], tierPresets);
  offerPresets(dnnsplit.properties?.['links']?.items?.properties?.['preset'], linkPresets);
  return {
    dnnsplit,
    splitplan: jsonSchema(planDocumentSchema),
    profile: jsonSchema(profileSchema),
    // Relays read it as plain JSON.
    contract: plainJsonSchema(contractSchema),
    ...Object.fromEntries(Object.entries(outputSchemas).map(([name, schema]) => [name, plainJsonSchema(schema)])),
  };
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  return { ...plainJsonSchema(schema), allowComments: true, allowTrailingCommas: true };
}

function plainJsonSchema(schema: z.ZodType): JsonSchema {
  return JSON.parse(JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7' })));
}

function offerPresets(schema: JsonSchema | undefined, presets: readonly NamedPreset[]): void {
  if (schema === undefined) return;
  schema['enum'] = presets.map(({ id }) => id);
  schema['enumDescriptions'] = presets.map(({ title }) => title);
}
