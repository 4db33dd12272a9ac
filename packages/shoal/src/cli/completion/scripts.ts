import type { Completions } from './describe.ts';

/**
 * The scripts hold what there is to complete as a list of cases: the words before the cursor that are no flags, and what may follow. Where nothing
 * is known, files are offered.
 */
export function bashScript(program: string, completions: Completions): string {
  return `# ${program} for bash
_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  local words="" flags=""
  while :; do
    case "$path" in
${cases(completions, (words, flags) => `words="${words}" flags="${flags}"; break`, 6)}
    esac
    case "$path" in *" "*) path="\${path% *}" ;; *) break ;; esac
  done
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current"))
       [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _${program} ${program}
`;
}

export function zshScript(program: string, completions: Completions): string {
  return `#compdef ${program}
# ${program} for zsh
_${program}() {
  local current="\${words[CURRENT]}" path="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  local next="" flags=""
  while :; do
    case "$path" in
${cases(completions, (words, flags) => `next="${words}" flags="${flags}"; break`, 6)}
    esac
    case "$path" in *" "*) path="\${path% *}" ;; *) break ;; esac
  done
  if [[ "$current" == -* ]]; then compadd -- \${=flags}
  elif [[ -n "$next" ]]; then compadd -- \${=next}
  else _files
  fi
}
compdef _${program} ${program}
`;
}

export function fishScript(program: string, completions: Completions): string {
  const lines = [...completions].flatMap(([path, { words, flags }]) => {
    const when = `-n '__${program}_at "${path}"'`;
    return [
      ...(words.length > 0 ? [`complete -c ${program} -f ${when} -a '${words.join(' ')}'`] : []),
      ...flags.map((flag) => `complete -c ${program} ${when} -o '${flag.slice(1)}'`),
    ];
  });
  return `# ${program} for fish
function __${program}_at
  set -l given (string match -v -- '-*' (commandline -opc)[2..])
  set -l wanted (string split -n ' ' -- $argv[1])
  set -l known (count $wanted)
  test (count $given) -ge $known; or return 1
  test $known -eq 0; and return (test (count $given) -eq 0)
  test "$given[1..$known]" = "$wanted"
end
${lines.join('\n')}
`;
}

type Effect = (words: string, flags: string) => string;

function cases(completions: Completions, effect: Effect, indent: number): string {
  return [...completions]
    .map(([path, { words, flags }]) => `${' '.repeat(indent)}"${path}") ${effect(words.join(' '), flags.join(' '))} ;;`)
    .join('\n');
}
