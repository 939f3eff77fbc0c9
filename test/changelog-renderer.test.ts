import { expect, test } from 'vitest'
import ChangelogRenderer from '../tools/changelog-renderer.js'

/** A commit as `nx release` passes it on. */
interface Commit {
  type: string
  scope?: string
  description: string
  isBreaking?: boolean
}

const changelogOf = (project: string, commits: Commit[]) =>
  new ChangelogRenderer({
    changes: commits.map((commit) => ({
      scope: '',
      isBreaking: false,
      body: '',
      githubReferences: [],
      ...commit,
      affectedProjects: '*' as const,
    })),
    project,
    changelogEntryVersion: '0.2.0',
    entryWhenNoChanges: false,
    isVersionPlans: false,
    changelogRenderOptions: {},
    conventionalCommitsConfig: {
      useCommitScope: true,
      types: {
        feat: { semverBump: 'minor', changelog: { title: 'Features', hidden: false } },
        fix: { semverBump: 'patch', changelog: { title: 'Fixes', hidden: false } },
        docs: { semverBump: 'none', changelog: { title: 'Documentation', hidden: true } },
      },
    },
    remoteReleaseClient: { getRemoteRepoData: () => null } as never,
  }).render()

test('lists a commit in the changelogs of the packages that its scope names, or of all without a scope', async () => {
  const commits = [
    { type: 'feat', scope: 'schema', description: 'for schema' },
    { type: 'feat', scope: 'schema,ingest', description: 'for both' },
    { type: 'fix', description: 'for everyone' },
    { type: 'docs', description: 'hidden' },
  ]
  expect(await changelogOf('ingest', commits)).toBe(
    '## 0.2.0\n\n### Features\n\n- for both\n\n### Fixes\n\n- for everyone\n',
  )
})

test('splits a commit with several changes, which Nx reads as one with a long scope', async () => {
  const scope = 'ingest)!: resume uploads; fix(cli'
  const commits = [{ type: 'feat', scope, description: 'wait for a worker; docs: how' }]
  expect(await changelogOf('ingest', commits)).toBe(
    '## 0.2.0\n\n### Features\n\n- resume uploads\n\n### Breaking changes\n\n- resume uploads\n',
  )
  expect(await changelogOf('cli', commits)).toBe('## 0.2.0\n\n### Fixes\n\n- wait for a worker\n')
})

test('keeps a single breaking change as it is', async () => {
  const commits = [{ type: 'feat', scope: 'cli', description: 'rename --to; see docs', isBreaking: true }]
  expect(await changelogOf('cli', commits)).toBe(
    '## 0.2.0\n\n### Features\n\n- rename --to; see docs\n\n### Breaking changes\n\n- rename --to; see docs\n',
  )
})
