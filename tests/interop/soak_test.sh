#!/bin/sh
# Runs the soak: soak_test.sh PORTCULLIS SCRIPT
exec timeout -k 5 800 /usr/bin/python3 -I "$2" "$1" 600 200
