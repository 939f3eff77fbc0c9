import { type FlagName, settings } from '@minilake/lake/settings'
import { Argument, Option } from 'commander'
import { parsedBy } from './parsers.js'

/**
 * The option of a setting. Its help states the default, but commander does not know it: an option wins over the environment and the
 * config file, and a default must not. `help` is for a command in which the option means more than its setting.
 */
export function settingOption(name: FlagName, argument: string, help = helpText(name)): Option {
  return new Option(`${settings[name].flag} <${argument}>`, help).argParser(parserOf(name))
}

/** A command's argument that sets a setting. */
export function settingArgument(name: FlagName, argument: string): Argument {
  return new Argument(`[${argument}]`, helpText(name)).argParser(parserOf(name))
}

function helpText(name: FlagName): string {
  return `${settings[name].meaning} (default: ${settings[name].default})`
}

function parserOf(name: FlagName): (text: string) => string {
  return parsedBy<string>(settings[name].text)
}
