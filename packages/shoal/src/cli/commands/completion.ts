import { defineCommand } from '../command.ts';
import { describeProgram } from '../completion/describe.ts';
import { bashScript, fishScript, zshScript } from '../completion/scripts.ts';
import { UsageError } from '../errors.ts';

const SCRIPTS: Readonly<Record<string, typeof bashScript>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

export const command = defineCommand({
  usage: 'bash|zsh|fish',
  description: `Prints a script that makes the shell complete commands and flags:

  bash:  source <(shoal completion bash)      in ~/.bashrc
  zsh:   source <(shoal completion zsh)       in ~/.zshrc, after compinit
  fish:  shoal completion fish | source       in ~/.config/fish/config.fish`,
  args: [1, 1],
  flags: {},
  examples: ['completion bash'],
  async run({ args, io, program, vocabulary }) {
    const [shell = ''] = args;
    const script = SCRIPTS[shell];
    if (!script)
      throw new UsageError(`there is no script for "${shell}"`, {
        unknown: { word: shell, known: Object.keys(SCRIPTS), prefix: '' },
      });
    io.out(script(program, await describeProgram(vocabulary)));
    return 0;
  },
});
