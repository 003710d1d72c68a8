// Included by c10d, which needs nothing of it here.
#pragma once
