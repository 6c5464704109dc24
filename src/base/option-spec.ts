/**
 * An option of something in a registry (an importer, a task), from which the command line makes its own. The value
 * reaches the thing under the flag's name in camel case: `--skip-bad` as `skipBad`.
 */
export interface OptionSpec {
  /** As for people: `--partial`, `--labels <text>`. */
  readonly flags: string;
  /** One line for `--help`. */
  readonly help: string;
  /**
   * What the value is. `text` by default; `list` may be given again and again or with commas, `repeated` again and
   * again; numbers may be bounded.
   */
  readonly value?:
    | 'text'
    | 'list'
    | 'repeated'
    | { readonly whole: number }
    | { readonly from: number; readonly to: number };
  readonly required?: boolean;
}
