/**
 * Every sentence that the engine, the use cases on disk, the server and the command line say to a person, in English, by
 * what it is about. Code names a sentence and gives its values; how it reads is decided here, and translations replace
 * these templates.
 */
export const messages = {
  'preset.unknown': '`{place}` names the unknown preset `{preset}`. Use one of: {known}.',
  'sizes.unknown':
    'The size of {count|the open dimension|the open dimensions} {names} is not known, so no plan can be made. Give it with `--bind {example}=NUMBER` or under `dimensions` in dnnsplit.json.',
} as const;
