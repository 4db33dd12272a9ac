import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type Ask, isAnswerTo, randomId, withId } from './exchange.ts';

/** A socket of its own for each question, so that its port cannot be guessed, and an id of our own for the same reason. */
export function udpRecursor({ host, port }: { readonly host: string; readonly port: number }): Ask {
  return (message, timeoutMs) => {
    const question = withId(message, randomId());
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), timeoutMs);
      let isDone = false;
      socket.on('error', () => finish(undefined));
      socket.on('message', (answer) => {
        if (isAnswerTo(question, answer)) finish(withId(answer, message.readUInt16BE(0)));
      });
      socket.connect(port, host, () => {
        if (!isDone) socket.send(question, (error) => error && finish(undefined));
      });

      function finish(answer: Buffer | undefined): void {
        if (isDone) return;
        isDone = true;
        clearTimeout(timer);
        socket.close();
        resolve(answer);
      }
    });
  };
}
