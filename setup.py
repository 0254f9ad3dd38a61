# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Install pi0_ros, by colcon (ament_python) or by pip."""

from pathlib import Path

from setuptools import find_packages, setup

PACKAGE = 'pi0_ros'
SHARE = f'share/{PACKAGE}'


def files(folder: str, pattern: str = '*') -> tuple[str, list[str]]:
    """Return where a folder's files are installed, and the files."""
    found = sorted(str(file) for file in Path(folder).glob(pattern) if file.is_file())
    return f'{SHARE}/{folder}', found


setup(
    name=PACKAGE,
    version='0.1.0',
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (SHARE, ['package.xml']),
        files('launch', '*.launch.py'),
        files('config'),
        files('config/controllers'),
        files('config/robots'),
        files('config/servers'),
        files('config/train'),
        files('checkpoints/demo'),
        files('checkpoints/demo/assets/aloha_sim'),
        files('checkpoints/untrained'),
        files('checkpoints/untrained/assets/aloha_sim'),
    ],
    python_requires='>=3.10',
    install_requires=[
        'numpy',
        'opencv-python<5',
        'pyyaml',
        'safetensors',
        'setuptools',
        'torch>=2.4',
        'transformers>=4.53.2',
    ],
    extras_require={
        'bench': ['matplotlib'],
        'convert': ['tensorstore'],
        'record': ['rosbags'],
        # With openpi-client, installed without its own dependencies: it asks for numpy below 2.
        'remote': ['msgpack', 'websockets>=15'],
        'sentencepiece': ['sentencepiece'],
        # The robot's meshes come from gym-aloha, installed without its own dependencies (README).
        'sim': ['mujoco>=3.8', 'tqdm'],
        'train': ['tqdm'],
        'jerk': ['ruckig'],
        'lerobot': ['av', 'pyarrow'],
        'lora': ['peft'],
        'quantize': ['torchao>=0.18'],
        'test': [
            'hypothesis',
            'peft',
            'pytest',
            'sentencepiece',
            'torchao>=0.18',
            # Its interpreter and its compiler need no GPU; PyTorch for CUDA brings it along.
            'triton; platform_system == "Linux" and platform_machine == "x86_64"',
        ],
    },
    zip_safe=False,
    maintainer='The pi0_ros authors',
    maintainer_email='pi0-ros@example.org',
    description='Run the π0 and π0.5 vision-language-action models on a robot over ROS 2.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            *(
                f'{node} = {PACKAGE}.nodes.{node}:main'
                for node in ('policy_node', 'executor_node', 'sim_node', 'viz_node', 'demo_node')
            ),
            f'preflight = {PACKAGE}.nodes.preflight_node:main',
            f'record = {PACKAGE}.nodes.record_node:main',
        ],
    },
)
