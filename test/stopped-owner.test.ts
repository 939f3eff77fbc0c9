import { expect, test } from 'vitest'
import { randomOf } from './rounds/evidence.js'
import { stoppedRound } from './rounds/stopped-round.js'

test(
  'a process that was stopped (SIGSTOP) while another one completed its change undoes nothing when it wakes',
  { timeout: 300_000 },
  async () => {
    const ends: string[] = []
    for (let round = 0; ends.length < 3 && round < 20; round += 1) {
      const end = await stoppedRound(randomOf(7, round))
      if (end) ends.push(end)
    }
    console.log(ends)
    expect(ends).toContain('failed') // it had a change under way and says so
  },
)
