/** What means no value in a file, besides null. */
export interface MissingOptions {
  /**
   * Texts that mean no value, also in quotes. Numbers are compared as numbers: `-9999` is also `-9999.0`. Default: none. In a column other
   * than varchar, an empty or blank text always means no value.
   */
  nullText?: string | readonly string[]
}
