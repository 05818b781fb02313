// SPDX-License-Identifier: Apache-2.0
int ctk_placeholder;
