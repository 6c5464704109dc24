// Stand-in for Gloo's header: see native/gloo/README.md.
#pragma once
