import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = ['duckdb', 'numpy', 'pandas', 'polars', 'pyarrow']

/**
 * A Python interpreter that has the peers, and the packages `more`: that of `python` (an environment's folder, or an interpreter), else of an environment
 * in the folder for temporary files, with the newest versions. Throws what Python says where they cannot be had.
 */
export function pythonWithPeers(python, more = []) {
  const wanted = [...packages, ...more]
  if (python !== undefined) {
    const interpreter = existsSync(python) && statSync(python).isDirectory() ? inEnvironment(python) : python
    execFileSync(interpreter, ['-c', `import ${wanted.join(', ')}`])
    return interpreter
  }
  const folder = join(tmpdir(), 'minilake-bench-python')
  const interpreter = inEnvironment(folder)
  if (!existsSync(interpreter)) execFileSync('python3', ['-m', 'venv', folder])
  execFileSync(interpreter, ['-m', 'pip', 'install', '--quiet', '--upgrade', ...wanted], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return interpreter
}

function inEnvironment(folder) {
  return join(folder, 'bin', 'python')
}
