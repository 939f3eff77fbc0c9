import nodePath, { type PlatformPath } from 'node:path'
import { checkKey } from '../object-key.js'

/**
 * The path of an object in a folder that stands for a bucket: the key's segments below the folder, in the platform's own form.
 * `path` is `node:path`, or its `posix` or `win32`. Throws a RangeError for a key that could lead out of the folder.
 */
export function keyPath(folder: string, key: string, path: PlatformPath = nodePath): string {
  checkKey(key)
  return path.join(folder, ...key.split('/'))
}

/** Whether Windows would store this key under another name, in a stream of another file, or not at all. */
export function hasWindowsName(key: string): boolean {
  return key
    .split('/')
    .some((name) => /[<>:"|?*\x01-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name))
}
