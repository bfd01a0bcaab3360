/* A Modbus server made with libmodbus, to check our driver against somebody else's reading of the standard.
   Usage: server tcp PORT | server rtu DEVICE BAUD.  Prints "ready" when it serves. */
#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fill(uint16_t *r) {
    r[0] = 12345;
    r[1] = 0xFFFE;                                   /* -2 as s16 */
    r[2] = 0x1234; r[3] = 0x5678;                    /* u32 */
    modbus_set_float_abcd(3.14159f, r + 10);
    modbus_set_float_dcba(3.14159f, r + 12);
    modbus_set_float_badc(3.14159f, r + 14);
    modbus_set_float_cdab(3.14159f, r + 16);
    r[20] = 0x0001; r[21] = 0x2345; r[22] = 0x6789; r[23] = 0xABCD; /* u64 */
    r[30] = 0x7FC0; r[31] = 0;                       /* not a number */
    r[40] = 0x1234; r[41] = 0x5678;                  /* BCD */
}

int main(int argc, char **argv) {
    modbus_t *ctx;
    modbus_mapping_t *map;
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    int listener = -1, length;

    if (argc < 3) return 2;
    map = modbus_mapping_new(0, 0, 100, 100);
    fill(map->tab_registers);
    fill(map->tab_input_registers);
    if (strcmp(argv[1], "tcp") == 0) {
        ctx = modbus_new_tcp("127.0.0.1", atoi(argv[2]));
        listener = modbus_tcp_listen(ctx, 1);
        if (listener < 0) { perror("listen"); return 1; }
        puts("ready"); fflush(stdout);
        for (;;) {
            modbus_tcp_accept(ctx, &listener);
            while ((length = modbus_receive(ctx, query)) >= 0)
                if (length > 0) modbus_reply(ctx, query, length, map);
            modbus_close(ctx);
        }
    }
    ctx = modbus_new_rtu(argv[2], atoi(argv[3]), 'N', 8, 1);
    modbus_set_slave(ctx, 17);
    if (modbus_connect(ctx) < 0) { perror(argv[2]); return 1; }
    puts("ready"); fflush(stdout);
    for (;;) {
        length = modbus_receive(ctx, query);
        if (length > 0) modbus_reply(ctx, query, length, map);
        else if (length < 0 && errno != EMBBADCRC && errno != ETIMEDOUT) usleep(1000);
    }
}
