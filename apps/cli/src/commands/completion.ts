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

/** What may follow after some words. */
interface Completions {
  /** Words after the program's name, such as `query hourly`. */
  path: string
  /** Commands and options, each with its description. */
  words: { word: string; description: string }[]
  /** The values of an option, by its flag. */
  values: Map<string, readonly string[]>
}

function completionsOf(
  command: Command,
  path: readonly string[] = [],
  inherited = command.options,
): Completions[] {
  const options = [...command.options, ...(path.length === 0 ? [] : inherited)]
  const described = options.flatMap(({ long, description }) => (long ? [{ word: long, description }] : []))
  const commands = command.commands.map((sub) => ({ word: sub.name(), description: sub.description() }))
  const values = new Map<string, readonly string[]>()
  for (const { long, argChoices } of options) if (long && argChoices) values.set(long, argChoices)
  const help = { word: '--help', description: 'display help for command' }
  return [
    { path: path.join(' '), words: [...commands, ...described, help], values },
    ...command.commands.flatMap((sub) => completionsOf(sub, [...path, sub.name()], inherited)),
  ]
}

const scripts: Record<Shell, (completions: readonly Completions[]) => string> = {
  bash: bashScript,
  // zsh runs bash completions.
  zsh: (completions) =>
    `#compdef minilake\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(completions)}`,
  fish: fishScript,
}

function bashScript(completions: readonly Completions[]): string {
  const commands = completions.map(({ path, words }) => {
    return `    ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(' '))} ;;`
  })
  const values = completions.flatMap(({ path, values }) =>
    [...values].map(
      ([flag, choices]) => `    ${quoted(`${path} ${flag}`.trim())}) words=${quoted(choices.join(' '))} ;;`,
    ),
  )
  const paths = completions.map(({ path }) => quoted(path)).join('|')
  return `_minilake() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in ${paths}) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${commands.join('\n')}
  esac
  case "\${path:+$path }$previous" in
${values.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _minilake minilake
`
}

function fishScript(completions: readonly Completions[]): string {
  const lines = completions.flatMap(({ path, words, values }) => {
    const seen = path.split(' ').filter((word) => word !== '')
    const below = completions.filter(
      (each) => each.path.startsWith(path === '' ? '' : `${path} `) && each.path !== path,
    )
    const next = new Set(below.map((each) => each.path.split(' ')[seen.length] ?? ''))
    const conditions = [
      ...seen.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(next.size > 0 ? [`not __fish_seen_subcommand_from ${[...next].join(' ')}`] : []),
    ]
    const when = conditions.length > 0 ? ` -n ${quoted(conditions.join('; and '))}` : ''
    return words.map(({ word, description }) => {
      const choices = values.get(word)
      const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
      const more = choices ? ` -x -a ${quoted(choices.join(' '))}` : ''
      return `complete -c minilake${when} ${name}${more} -d ${quoted(description)}\n`
    })
  })
  return lines.join('')
}

/** A word in single quotes, for any of the shells. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`
}
