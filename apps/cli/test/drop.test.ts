import { expect, test } from 'vitest'
import { freshFolder } from './run-minilake.js'

test('lists what goes, drops it on --yes, and then finds nothing', async () => {
  const { minilake } = await freshFolder()
  await minilake('generate', '--days', '2', '--interval', '10m')
  await minilake('ingest')
  const drop = (...flags: string[]) => minilake('drop', '--table', 'pump', ...flags)
  expect(await drop('--yes')).toEqual({
    code: 0,
    stdout:
      'nothing to unregister: an embedded lake has no catalog that lasts; its files, if there are any, stay without --data\n',
    stderr: '',
  })
  const listed = await drop('--data')
  expect(listed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\nwould remove 2 data files \(.* kB\), 2 truth files of pump\n$/),
    stderr: expect.stringContaining('--yes drops it'),
  })
  expect((await minilake('verify')).stdout).toContain('2 files')
  expect((await drop('--data', '--yes', '--json')).stdout).toMatch(/"files": 2,\n.*\n {2}"truths": 2/)
  expect(await drop('--data', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\nnothing to remove from pump\n$/),
    stderr: '',
  })
})

test('without a table, or with one that the lake does not have, it is a usage error', async () => {
  const { minilake } = await freshFolder()
  expect(await minilake('drop', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--table'),
  })
  expect(await minilake('drop', '--table', 'pomp', '--data', '--yes')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('got pomp (did you mean pump?)'),
  })
})
