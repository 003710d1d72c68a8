// What happens before a program's libraries are initialised: see start.c. Nothing is called from outside.
#pragma once
