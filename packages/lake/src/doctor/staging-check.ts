import { type StagedRun, stagedRuns } from '../iceberg/staged-runs.js'
import { abandonedAfterHours } from '../ingest/abandoned-uploads.js'
import type { LakeBackend } from '../lake-backend.js'
import { bytesText, count } from '../text.js'
import type { Check } from './diagnose.js'

/** Names what processes that died have left below `_staging/`, and what no minilake has written there. Neither is in any table. */
export function stagingCheck(lake: Pick<LakeBackend, 'store'>): Check {
  return {
    name: 'staging',
    isIndependent: true,
    run: async () => {
      const { young, abandoned, strange } = await stagedRuns(lake.store)
      const [first] = strange
      const findings = [
        ...(young.length > 0
          ? [`${filesText(young)} of the last ${abandonedAfterHours} hours, perhaps of a run at work`]
          : []),
        ...(abandoned.length > 0
          ? [`${filesText(abandoned)} older than that, of a run that died: minilake clean --yes removes them`]
          : []),
        ...(first
          ? [
              `${count(strange.length, 'object')} that minilake did not write and leaves alone, such as ${first.key}`,
            ]
          : []),
      ]
      return findings.join('; ') || 'none'
    },
  }
}

function filesText(runs: readonly StagedRun[]): string {
  const files = runs.flatMap((run) => run.files)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  return `${count(files.length, 'file')} (${bytesText(bytes)}) for ${[...new Set(runs.map(({ table }) => table))].join(', ')}`
}
