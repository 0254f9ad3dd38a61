# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Images of ROS messages as numpy arrays and back, with the names of cv_bridge (vision_opencv).

Takes and gives sensor_msgs Image and CompressedImage messages; uses OpenCV for colours.
"""

from cv_bridge.core import CvBridge, CvBridgeError

__all__ = ['CvBridge', 'CvBridgeError']
