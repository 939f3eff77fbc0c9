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
}

function completionsOf(
  command: Command,
  path: readonly string[] = [],
  globals = command.options,
): Completion[] {
  const options = path.length === 0 ? globals : [...command.options, ...globals]
  const after = path.join(' ')
  const words = [
    ...command.commands.map((sub) => sub.name()),
    ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ...options.flatMap(({ long }) => long ?? []),
    '--help',
  ]
  const values = options.flatMap(({ long, argChoices }) =>
    long && argChoices ? [{ after: `${after} ${long}`.trim(), words: argChoices }] : [],
  )
  const below = command.commands.flatMap((sub) => completionsOf(sub, [...path, sub.name()], globals))
  return [{ after, words }, ...values, ...below]
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
  for word in $words
    set previous $word
    switch (string join -- ' ' $path $word)
${cases(completions.filter(isCommand), (after) => `      case ${after}\n        set -a path $word`)}
    end
  end
  for key in "$(string join -- ' ' $path $previous)" "$(string join -- ' ' $path)"
    switch $key
${cases(completions, (after, words) => `      case ${after}\n        string split -- ' ' ${words}; return`)}
    end
  end
end
complete -c minilake -f -a '(__minilake_complete)'
`,
}

function bashScript(completions: readonly Completion[]): string {
  return `_minilake() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= word key words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
${cases(completions.filter(isCommand), (after) => `      ${after}) path="\${path:+$path }$word" ;;`)}
    esac
  done
  for key in "\${path:+$path }$previous" "$path"; do
    case "$key" in
${cases(completions, (after, words) => `      ${after}) words=${words}; break ;;`)}
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _minilake minilake
`
}

function isCommand({ after }: Completion): boolean {
  return after !== '' && !after.includes('--')
}

/** A line per completion, its texts in single quotes. */
function cases(completions: readonly Completion[], line: (after: string, words: string) => string): string {
  return completions.map(({ after, words }) => line(`'${after}'`, `'${words.join(' ')}'`)).join('\n')
}
