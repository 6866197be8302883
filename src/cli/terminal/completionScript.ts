import type { Command, Option } from 'commander';

export const completionShells = ['bash', 'zsh', 'fish'] as const;
export type CompletionShell = (typeof completionShells)[number];

interface Completed {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
}

interface CompletedOption {
  /** `--json` and the like, without a dash in front. */
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** A script that makes a shell complete the commands of a program, their options and the values of these. */
export function completionScript(shell: CompletionShell, program: Command): string {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).map(
    (command): Completed => ({
      name: command.name(),
      description: command.description(),
      options: help.visibleOptions(command).flatMap(completedOption),
    }),
  );
  return scripts[shell](commands);
}

function completedOption({ long, short, description, required, optional, argChoices }: Option): CompletedOption[] {
  if (long === undefined) return [];
  return [
    {
      long: long.replace(/^--/, ''),
      short: short?.replace(/^-/, ''),
      description,
      takesValue: required || optional,
      choices: argChoices ?? [],
    },
  ];
}

const scripts: Readonly<Record<CompletionShell, (commands: readonly Completed[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const flagsOf = ({ long, short }: CompletedOption) => [`--${long}`, ...(short === undefined ? [] : [`-${short}`])];

/** Files are completed where nothing of ours fits. */
function bashScript(commands: readonly Completed[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map((option) => {
        const places = flagsOf(option).map((flag) => quoted(`${name} ${flag}`));
        return `    ${places.join('|')}) words=${quoted(option.choices.join(' '))} ;;`;
      }),
  );
  const options = commands.map(
    (command) => `      ${command.name}) words=${quoted(command.options.map(({ long }) => `--${long}`).join(' '))} ;;`,
  );
  return [
    '_dnnsplit() {',
    `  local cur="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" words=""`,
    `  case "$command \${COMP_WORDS[COMP_CWORD - 1]}" in`,
    ...values,
    '    *)',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words=${quoted(commands.map(({ name }) => name).join(' '))}`,
    '  elif [[ "$cur" == -* ]]; then',
    '    case "$command" in',
    ...options,
    '    esac',
    '  fi ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    'complete -o default -F _dnnsplit dnnsplit',
  ].join('\n');
}

function zshScript(commands: readonly Completed[]): string {
  const described = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  const options = commands.map((command) => {
    const specs = command.options.map((option) => {
      const flags = flagsOf(option);
      const value = option.takesValue
        ? `:value:${option.choices.length > 0 ? `(${option.choices.join(' ')})` : '_files'}`
        : '';
      const about = `[${option.description.replace(/[[\]\\:]/g, '\\$&')}]`;
      return flags.map((flag) => quoted(`*${flag}${about}${value}`)).join(' ');
    });
    return `    ${command.name}) _arguments ${[...specs, quoted('*:file:_files')].join(' ')} ;;`;
  });
  return [
    '#compdef dnnsplit',
    '_dnnsplit() {',
    '  local -a commands',
    '  commands=(',
    ...described,
    '  )',
    '  if (( CURRENT == 2 )); then',
    '    _describe command commands',
    '    return',
    '  fi',
    '  local command=$words[2]',
    '  shift words; (( CURRENT-- ))',
    '  case $command in',
    ...options,
    '  esac',
    '}',
    // Once as a file of fpath, which is the function itself, and once as a script that is read.
    'if [ "$funcstack[1]" = "_dnnsplit" ]; then _dnnsplit; else compdef _dnnsplit dnnsplit; fi',
  ].join('\n');
}

function fishScript(commands: readonly Completed[]): string {
  return commands
    .flatMap(({ name, description, options }) => [
      `complete -c dnnsplit -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(description)}`,
      ...options.map((option) => {
        const short = option.short === undefined ? '' : ` -s ${option.short}`;
        const value =
          option.choices.length > 0 ? ` -x -a ${fishQuoted(option.choices.join(' '))}` : option.takesValue ? ' -r' : '';
        const place = fishQuoted(`__fish_seen_subcommand_from ${name}`);
        return `complete -c dnnsplit -n ${place} -l ${option.long}${short}${value} -d ${fishQuoted(option.description)}`;
      }),
    ])
    .join('\n');
}

/** A word for bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
