"""A bad line between two network devices, for kernels without the netem queue: passes frames on late, and loses some.

usage: impaired-link.py DEVICE DEVICE DELAY_MS LOSS_PERCENT SEED
"""
import heapq, random, select, socket, sys, time

OUTGOING = 4
ALL = 3

def listen(device):
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL))
    line.bind((device, ALL))
    line.setblocking(False)
    return line

def main():
    first, second = listen(sys.argv[1]), listen(sys.argv[2])
    delay, loss = float(sys.argv[3]) / 1000, float(sys.argv[4]) / 100
    chance = random.Random(int(sys.argv[5]))
    other = {first: second, second: first}
    late, count = [], 0
    print("ready", flush=True)
    while True:
        wait = max(0, late[0][0] - time.monotonic()) if late else 1
        readable, _, _ = select.select([first, second], [], [], wait)
        for line in readable:
            try:
                frame, place = line.recvfrom(65536)
            except OSError:
                continue
            if place[2] == OUTGOING or chance.random() < loss:
                continue
            count += 1
            heapq.heappush(late, (time.monotonic() + delay, count, other[line], frame))
        while late and late[0][0] <= time.monotonic():
            _, _, line, frame = heapq.heappop(late)
            try:
                line.send(frame)
            except OSError:
                pass

main()
