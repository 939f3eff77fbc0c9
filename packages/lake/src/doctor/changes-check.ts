import type { LakeBackend } from '../lake-backend.js'
import { unfinishedConversions } from '../replace/conversion-mark.js'
import { intentFolders, readIntent, tableLockPrefix } from '../replace/intent.js'
import { orphanSigns } from '../replace/orphan-signs.js'
import { count } from '../text.js'
import { type Check, FailedCheck } from './diagnose.js'

/** Checks that no change of a partition stands unfinished, such as a removal whose process has died. */
export function changesCheck(lake: Pick<LakeBackend, 'store'>): Check {
  return {
    name: 'changes',
    isIndependent: true,
    run: async () => {
      const folders = await intentFolders(lake.store, '')
      for (const folder of folders) await readIntent(lake.store, folder) // nobody can complete what is no intent
      const [first, ...others] = folders
      if (first === undefined) {
        const [half] = await unfinishedConversions(lake.store)
        if (half !== undefined)
          throw new FailedCheck(`the conversion of table ${half} was interrupted`, {
            fix: `minilake convert --table ${half} completes it`,
          })
        const orphans = await orphanSigns(lake.store)
        if (orphans.length === 0) return 'none is unfinished'
        return `none is unfinished; ${count(orphans.length, 'object')} of a change that is over, such as ${orphans[0]?.key}: minilake ingest removes what is older than --resume-after, and so do the other commands that change the lake`
      }
      if (first.startsWith(tableLockPrefix)) {
        const name = first.slice(tableLockPrefix.length, -1)
        throw new FailedCheck(`table ${name} is being maintained or converted, or this was interrupted`, {
          fix: `the same command completes it: minilake maintain --table ${name}, or minilake convert --table ${name}`,
        })
      }
      const more = others.length === 0 ? '' : `, and ${count(others.length, 'other folder')}`
      throw new FailedCheck(`${first} is being changed, or its change was interrupted${more}`, {
        fix: `minilake ingest completes it, and so do minilake import and minilake remove --table ${first.split('/')[0]} --yes`,
      })
    },
  }
}
