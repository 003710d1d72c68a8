#include "version_check.h"
