/** Options of `hiveStatements`. */
export interface HiveOptions {
  /** URL of the bucket, or of a folder in it: 's3://iot-time-series/team/lake/'. Default 's3://iot-time-series/'. */
  location?: string
}

/** A location with a slash at its end. */
export function folderUrl(location: string): string {
  return location.endsWith('/') ? location : `${location}/`
}
