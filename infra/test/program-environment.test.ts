import { expect, test } from 'vitest'
import { buildEnvironment, serverEnvironment } from '../src/program-environment.js'

const common = { PATH: '/bin', HOME: '/home/x', TZ: 'UTC', LC_ALL: 'C', TMPDIR: '/tmp' }
const building = { GOPROXY: 'direct', MAVEN_OPTS: '-Xmx1g', https_proxy: 'http://proxy', NO_PROXY: '*' }
const others = {
  ...{ AWS_SECRET_ACCESS_KEY: 'geheim', MINILAKE_STACK_TOKEN: 'geheim', GOOGLE_APPLICATION_CREDENTIALS: 'x' },
  ...{ PGOPTIONS: '-c x=1', MINIO_DOMAIN: 'x', MC_HOST_x: 'x', LD_PRELOAD: 'x', CATALOG_MANAGEMENT: 'x' },
}

test('servers get no secret, and nothing that changes what they do', () => {
  expect(serverEnvironment({ ...common, ...building, ...others })).toEqual(common)
})

test('Go and Maven also get what they download and build with', () => {
  expect(buildEnvironment({ ...common, ...building, ...others })).toEqual({ ...common, ...building })
})
