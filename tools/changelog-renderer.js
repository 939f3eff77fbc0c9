// How `nx release` writes a package's changelog. Unlike Nx's own renderer, it lists a commit whose scope names packages in the changelogs of
// these packages only, counts `feat(ingest): …; fix(cli): …` as two changes, and uses no emojis.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const packages = new Set(['cli', 'infra', ...readdirSync(join(import.meta.dirname, '..', 'packages'))])

// Nx is CommonJS, and its default export reads differently in Node and in Vitest.
const { default: NxChangelogRenderer } = createRequire(import.meta.url)('nx/release/changelog-renderer')

export default class ChangelogRenderer extends NxChangelogRenderer {
  constructor(config) {
    const types = config.conventionalCommitsConfig.types
    const changes = config.changes
      .flatMap(changesOf)
      .filter(({ type }) => types[type]?.changelog.hidden === false)
    super({ ...config, changes })
  }

  filterChanges(changes, project) {
    return super.filterChanges(changes, project).flatMap((change) => {
      const scopes = change.scope.split(',').filter((scope) => packages.has(scope))
      if (scopes.length === 0) return [change]
      return scopes.includes(project) ? [{ ...change, scope: '' }] : []
    })
  }

  async render() {
    return `${await super.render()}\n`
  }

  formatChange(change) {
    return super.formatChange({ ...change, isBreaking: false })
  }

  renderBreakingChanges() {
    return ['### Breaking changes', '', ...new Set(this.breakingChanges)]
  }
}

/** Splits a change whose description contains further changes: `feat(ingest): …; fix(cli): …`. */
function changesOf(change) {
  const head = `${change.type}${change.scope ? `(${change.scope})` : ''}${change.isBreaking ? '!' : ''}`
  const parts = `${head}: ${change.description}`.split(/; (?=[a-z]+(?:\([\w,-]+\))?!?: )/)
  if (parts.length === 1) return [change]
  return parts.map((part) => {
    const [, type, scope = '', breaking, description] = /^([^(!:]+)(?:\(([^)]+)\))?(!?): (.+)$/s.exec(part)
    return { ...change, type, scope, description, isBreaking: breaking === '!' }
  })
}
