import { Argument, Command } from 'commander'
import type { Environment } from '../session.js'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

/** `minilake completion`: print a shell's completion script. */
export function completionCommand({ process }: Environment, program: Command): Command {
  return new Command('completion')
    .description('print a script that completes commands, options and their values in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => void process.stdout.write(scripts[shell](completionsOf(program))))
}

/** What may follow some words, or the option at their end. */
interface Completion {
  after: string
  words: readonly string[]
  /** Whether it is an option, whose value follows. */
  isOption?: boolean
}

function completionsOf(
  command: Command,
  path: readonly string[] = [],
  globals = command.options,
): Completion[] {
  const options = path.length === 0 ? globals : [...command.options, ...globals]
  const after = path.join(' ')
  const words = [
    ...shownCommands(command).map((sub) => sub.name()),
    ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ...options.flatMap(({ long }) => long ?? []),
    '--help',
  ]
  const values = options.flatMap(({ long, required, argChoices }) =>
    long && required ? [{ after: `${after} ${long}`.trim(), words: argChoices ?? [], isOption: true }] : [],
  )
  const below = shownCommands(command).flatMap((sub) => completionsOf(sub, [...path, sub.name()], globals))
  return [{ after, words }, ...values, ...below]
}

/** The commands below a command, without those that only say where they went. */
function shownCommands(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((sub) => command.commands.includes(sub))
}

const scripts: Record<Shell, (completions: readonly Completion[]) => string> = {
  bash: bashScript,
  // zsh runs completions of bash.
  zsh: (completions) =>
    `#compdef minilake\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(completions)}`,
  fish: (completions) => `function __minilake_complete
  set -l path
  set -l previous
  set -l words (commandline -opc)
  set -e words[1]
  set -l value
  for word in $words
    if test -n "$value"
      set value
      set previous
      continue
    end
    set previous $word
    switch (string join -- ' ' $path $word)
${cases(completions.filter(isCommand), (after) => `      case ${after}\n        set -a path $word`)}
${cases(completions.filter(isOption), (after) => `      case ${after}\n        set value yes`)}
    end
  end
  for key in "$(string join -- ' ' $path $previous)" "$(string join -- ' ' $path)"
    switch $key
${cases(completions.filter(hasWords), (after, words) => `      case ${after}\n        string split -- ' ' ${words}; return`)}
    end
  end
end
complete -c minilake -f -a '(__minilake_complete)'
`,
}

function bashScript(completions: readonly Completion[]): string {
  return `_minilake() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous= path= word key words= value=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ -n "$value" ]] && { value= previous=; continue; }
    previous=$word
    case "\${path:+$path }$word" in
${cases(completions.filter(isCommand), (after) => `      ${after}) path="\${path:+$path }$word" ;;`)}
${cases(completions.filter(isOption), (after) => `      ${after}) value=yes ;;`)}
    esac
  done
  for key in "\${path:+$path }$previous" "$path"; do
    case "$key" in
${cases(completions.filter(hasWords), (after, words) => `      ${after}) words=${words}; break ;;`)}
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _minilake minilake
`
}

function isCommand({ after, isOption = false }: Completion): boolean {
  return after !== '' && !isOption
}

function isOption({ isOption = false }: Completion): boolean {
  return isOption
}

function hasWords({ words }: Completion): boolean {
  return words.length > 0
}

/** A line per completion, its texts in single quotes. */
function cases(completions: readonly Completion[], line: (after: string, words: string) => string): string {
  return completions.map(({ after, words }) => line(`'${after}'`, `'${words.join(' ')}'`)).join('\n')
}
