/** Whether a text is Unicode: UTF-8, and so Parquet, cannot hold half a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return (text as Es2024String).isWellFormed()
}

/** Every supported Node.js has this method; the types of ES2023 do not. */
type Es2024String = string & { isWellFormed(): boolean }
